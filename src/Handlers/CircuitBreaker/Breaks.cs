namespace Handlers.CircuitBreaker;

/// <summary>
/// How long a circuit stays open: BreakDuration × BreakMultiplier^n, growing up to MaxBreakDuration, and never less than a wait that a failed answer has named.
/// n counts the openings since the last lasting recovery, short breaks aside, which is the end of the ramp after closing, or a reset by hand. Guarded by the circuit's lock.
/// </summary>
/// <remarks>
/// A long break is for an upstream that is down. One that has served a probe and failed the next is up, though not for everybody: breaks begin anew with a second
/// then, and double until they are as long as the last one was. A server that serves one call a second would otherwise be left alone for minutes after each try.
/// </remarks>
internal sealed class Breaks
{
    // Beyond what any caller may pass (rule: 31 days); keeps the sums below from overflowing.
    private static readonly TimeSpan LongestServerWait = TimeSpan.FromDays(31);

    private static readonly TimeSpan ShortBreak = TimeSpan.FromSeconds(1);

    private int _openings;
    private TimeSpan _heardAt;

    // How long the next break is after a sign of life; zero where there was none.
    private TimeSpan _short;

    /// <summary>When the longest wait that the server has named ends (circuit time).</summary>
    public TimeSpan ServerWaitEnds { get; private set; }

    /// <summary>The circuit opens; when its break ends.</summary>
    /// <param name="settings">How long breaks are.</param>
    /// <param name="hasServed">The upstream has served a probe since the last break.</param>
    /// <param name="now">Now.</param>
    public TimeSpan Begin(CircuitSettings settings, bool hasServed, TimeSpan now)
    {
        TimeSpan until = now + (NextShort(settings, hasServed) ?? settings.Break(_openings++));
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

    public void Recovered()
    {
        _openings = 0;
        _short = TimeSpan.Zero;
    }

    public void Forget()
    {
        Recovered();
        ServerWaitEnds = TimeSpan.Zero;
    }

    private TimeSpan? NextShort(CircuitSettings settings, bool hasServed)
    {
        if (hasServed)
        {
            _short = settings.BreakDuration < ShortBreak ? settings.BreakDuration : ShortBreak;
        }

        TimeSpan length = _short;
        if (length == TimeSpan.Zero || length > settings.Break(_openings - 1))
        {
            _short = TimeSpan.Zero;
            return null;
        }

        _short = 2 * length;
        return length;
    }
}
