namespace Handlers;

/// <summary>
/// One attempt's token: the caller's, and one timer set to the smaller of the attempt timeout and what is left of the deadline. Which of the two it was is
/// noted when it is armed.
/// </summary>
internal struct AttemptTimer
{
    private readonly CancellationToken _outer;
    private CancellationTokenRegistration _link;

    private AttemptTimer(CancellationToken outer) => _outer = outer;

    public CancellationTokenSource? Source { get; private set; }

    public TimeoutCause Cause { get; private set; }

    public readonly CancellationToken Token => Source?.Token ?? _outer;

    /// <summary>The timer fired, and not because the caller gave up.</summary>
    public readonly bool Fired => Source is { IsCancellationRequested: true } && !_outer.IsCancellationRequested;

    public static AttemptTimer Arm(Clock clock, TimeSpan attempt, TimeSpan left, CancellationToken outer)
    {
        var timer = new AttemptTimer(outer);
        bool total = left != Timeout.InfiniteTimeSpan && (attempt == Timeout.InfiniteTimeSpan || left <= attempt);
        TimeSpan timeout = total ? left : attempt;
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return timer;
        }

        timer.Cause = total ? TimeoutCause.Total : TimeoutCause.Attempt;
        timer.Source = TokenSourcePool.Rent(clock.Time, timeout);
        timer._link = outer.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), timer.Source);
        return timer;
    }

    /// <summary>Cuts the caller's token off; from here on only the timer counts.</summary>
    public readonly void Unlink() => _link.Dispose();

    /// <summary>Gives the source to somebody else (the body) and forgets it.</summary>
    public CancellationTokenSource? Detach()
    {
        CancellationTokenSource? source = Source;
        Source = null;
        return source;
    }

    public void Release(bool reusable)
    {
        _link.Dispose();
        if (Detach() is { } source)
        {
            TokenSourcePool.Return(source, reusable);
        }
    }
}
