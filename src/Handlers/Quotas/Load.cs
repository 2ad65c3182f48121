namespace Handlers.Quotas;

/// <summary>What a number of waiting attempts cost together.</summary>
internal struct Load
{
    public int Count;
    public long Bytes;
    public Cost Cost;

    public void Add(in Cost cost, long bytes) => Add(cost, bytes, 1);

    public void Add(in Load other) => Add(other.Cost, other.Bytes, other.Count);

    public void Remove(in Cost cost, long bytes) => Add(new Cost(-cost.Requests, -cost.Tokens, -cost.Points, -cost.Bytes), -bytes, -1);

    private void Add(in Cost cost, long bytes, int count)
    {
        Count += count;
        Bytes += bytes;
        Cost = new Cost(Cost.Requests + cost.Requests, Cost.Tokens + cost.Tokens, Cost.Points + cost.Points, Cost.Bytes + cost.Bytes);
    }
}
