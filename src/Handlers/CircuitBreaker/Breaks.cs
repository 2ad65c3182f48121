namespace Handlers.CircuitBreaker;

/// <summary>
/// How long a circuit stays open: BreakDuration × BreakMultiplier^n, growing up to MaxBreakDuration, and never less than a wait that a failed answer has named.
/// n counts the openings since the last lasting recovery, which is the end of the ramp after closing, or a reset by hand. Guarded by the circuit's lock.
/// </summary>
internal sealed class Breaks
{
    // Beyond what any caller may pass (rule: 31 days); keeps the sums below from overflowing.
    private static readonly TimeSpan LongestServerWait = TimeSpan.FromDays(31);

    private int _openings;
    private TimeSpan _heardAt;

    /// <summary>When the longest wait that the server has named ends (circuit time).</summary>
    public TimeSpan ServerWaitEnds { get; private set; }

    /// <summary>Counts an opening; when its break ends.</summary>
    public TimeSpan Begin(CircuitSettings settings, TimeSpan now)
    {
        TimeSpan until = now + settings.Break(_openings++);
        return until > ServerWaitEnds ? until : ServerWaitEnds;
    }

    /// <summary>The server has named a wait.</summary>
    /// <param name="wait">How long.</param>
    /// <param name="took">How long the attempt was under way that was told so.</param>
    /// <param name="now">Now.</param>
    /// <returns>Whether it had left before others were told so, and could not know.</returns>
    public bool Hear(TimeSpan wait, TimeSpan took, TimeSpan now)
    {
        bool isEcho = now < ServerWaitEnds && now - took < _heardAt;
        if (now >= ServerWaitEnds)
        {
            _heardAt = now;
        }

        TimeSpan ends = now + (wait < LongestServerWait ? wait : LongestServerWait);
        ServerWaitEnds = ends > ServerWaitEnds ? ends : ServerWaitEnds;
        return isEcho;
    }

    public void Recovered() => _openings = 0;

    public void Forget()
    {
        _openings = 0;
        ServerWaitEnds = TimeSpan.Zero;
    }
}
