namespace Handlers.Quotas;

/// <summary>What a number of waiting attempts cost together.</summary>
internal struct Load
{
    public int Count;
    public long Bytes;
    public Cost Cost;

    public void Add(in Cost cost, long bytes)
    {
        Count++;
        Bytes += bytes;
        Cost = new Cost(Cost.Requests + cost.Requests, Cost.Tokens + cost.Tokens, Cost.Points + cost.Points, Cost.Bytes + cost.Bytes);
    }

    public void Remove(in Cost cost, long bytes)
    {
        Count--;
        Bytes -= bytes;
        Cost = new Cost(Cost.Requests - cost.Requests, Cost.Tokens - cost.Tokens, Cost.Points - cost.Points, Cost.Bytes - cost.Bytes);
    }
}
