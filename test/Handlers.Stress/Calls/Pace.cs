namespace Handlers.Stress.Calls;

/// <summary>
/// Watches a limit of so many attempts in any stretch of a period where they leave: each must leave a period after the one that stands so many before it.
/// Between the grant and this place a thread may lose its core; that much may be missing.
/// </summary>
internal sealed class Pace(int most, TimeSpan period, Lag lag)
{
    private static readonly TimeSpan Allowance = TimeSpan.FromMilliseconds(50);

    private readonly long[] _left = new long[most];
    private readonly Lock _lock = new();
    private int _next;

    public string Text => $"{most}/{period.TotalSeconds:0.#}s";

    /// <summary>How much of the period was missing at worst.</summary>
    public TimeSpan Worst { get; private set; }

    /// <summary>An attempt leaves; false when it is one too many.</summary>
    public bool Leaves()
    {
        lock (_lock)
        {
            long now = TimeProvider.System.GetTimestamp();
            long before = _left[_next];
            _left[_next] = now;
            _next = (_next + 1) % most;
            TimeSpan missing = before == 0 ? TimeSpan.Zero : period - TimeProvider.System.GetElapsedTime(before, now);
            Worst = missing > Worst ? missing : Worst;
            return missing <= Allowance + lag.Recent;
        }
    }
}
