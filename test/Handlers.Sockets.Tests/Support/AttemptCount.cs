namespace Handlers.Sockets.Tests.Support;

/// <summary>How many attempts passed, and how many at most at once.</summary>
internal sealed class AttemptCount
{
    private readonly Lock _lock = new();
    private int _now;

    public int Started { get; private set; }

    public int Peak { get; private set; }

    public void Enter()
    {
        lock (_lock)
        {
            Started++;
            Peak = Math.Max(Peak, ++_now);
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            _now--;
        }
    }
}
