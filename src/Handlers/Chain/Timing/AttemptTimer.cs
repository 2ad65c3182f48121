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

    public TimedSource? Source { get; private set; }

    public TimeoutCause Cause { get; private set; }

    public readonly CancellationToken Token => Source?.Token ?? _outer;

    /// <summary>The timer fired, and not because the caller gave up.</summary>
    public readonly bool Fired => Source is { IsCancellationRequested: true } && !_outer.IsCancellationRequested;

    /// <summary>Arms it from the call's last look at the clock.</summary>
    public static AttemptTimer Arm(Call call)
    {
        var timer = new AttemptTimer(call.Token);
        long attemptEnds = call.Client.Clock.After(call.Now, call.AttemptTimeout);
        bool total = call.DeadlineAt <= attemptEnds;
        long due = total ? call.DeadlineAt : attemptEnds;
        if (due == Clock.Never)
        {
            return timer;
        }

        timer.Cause = total ? TimeoutCause.Total : TimeoutCause.Attempt;
        timer.Source = TokenSourcePool.Rent(call.Client.Clock, due);
        timer._link = call.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), timer.Source);
        return timer;
    }

    /// <summary>Cuts the caller's token off; from here on only the timer counts.</summary>
    public readonly void Unlink() => _link.Dispose();

    /// <summary>Gives the source to somebody else (the body) and forgets it.</summary>
    public TimedSource? Detach()
    {
        TimedSource? source = Source;
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
