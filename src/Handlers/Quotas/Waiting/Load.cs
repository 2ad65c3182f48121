namespace Handlers.Quotas;

/// <summary>What a number of waiting attempts cost together.</summary>
internal struct Load
{
    public int Count;
    public long Bytes;
    public Cost Cost;

    public void Add(in Cost cost, long bytes) => Add(cost, bytes, 1);

    public void Add(in Load other) => Add(other.Cost, other.Bytes, other.Count);

    /// <summary>Adds <paramref name="share"/> of another load, rounded up.</summary>
    public void Add(in Load other, double share)
    {
        Cost cost = new(Part(other.Cost.Requests), Part(other.Cost.Tokens), Part(other.Cost.Points), Part(other.Cost.Bytes));
        Add(cost, Part(other.Bytes), (int)Part(other.Count));

        long Part(long amount) => (long)Math.Ceiling(amount * share);
    }

    public void Remove(in Cost cost, long bytes) => Add(new Cost(-cost.Requests, -cost.Tokens, -cost.Points, -cost.Bytes), -bytes, -1);

    public void Remove(in Load other) =>
        Add(new Cost(-other.Cost.Requests, -other.Cost.Tokens, -other.Cost.Points, -other.Cost.Bytes), -other.Bytes, -other.Count);

    /// <summary>The greater of each amount.</summary>
    public static Load Greater(in Load a, in Load b) => new()
    {
        Count = Math.Max(a.Count, b.Count),
        Bytes = Math.Max(a.Bytes, b.Bytes),
        Cost = new Cost(
            Math.Max(a.Cost.Requests, b.Cost.Requests), Math.Max(a.Cost.Tokens, b.Cost.Tokens), Math.Max(a.Cost.Points, b.Cost.Points), Math.Max(a.Cost.Bytes, b.Cost.Bytes)),
    };

    private void Add(in Cost cost, long bytes, int count)
    {
        Count += count;
        Bytes += bytes;
        Cost = new Cost(Cost.Requests + cost.Requests, Cost.Tokens + cost.Tokens, Cost.Points + cost.Points, Cost.Bytes + cost.Bytes);
    }
}
