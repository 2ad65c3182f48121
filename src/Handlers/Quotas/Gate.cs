namespace Handlers.Quotas;

/// <summary>A quota's "closed until", and its careful reopening: one probe, then one more at a time for each success, which doubles per round trip.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>closed</term><description>until <see cref="ClosedUntil"/>: nobody goes.</description></item>
/// <item><term>ramp</term><description>at most <c>width</c> attempts without an answer; a success widens by one, another refusal closes anew.</description></item>
/// <item><term>open</term><description>from a width of <see cref="WideOpen"/>, or at once where the quota's own limits pace it.</description></item>
/// </list>
/// Guarded by the lock of its owner.
/// </remarks>
internal sealed class Gate
{
    public const int WideOpen = 64;

    /// <summary>A probe that has no answer after this long is slow rather than telling: another one may go.</summary>
    public static readonly long Patience = TimeSpan.FromSeconds(5).Ticks;

    private int _width;
    private int _unanswered;
    private long _lastProbe;

    // How long it has been closed since an attempt was accepted last: the latest time, and the time before that.
    private long _pause;
    private long _pauseBefore;

    private Gate(long closedUntil, bool ramps)
    {
        ClosedUntil = closedUntil;
        _width = ramps ? 1 : WideOpen;
    }

    /// <summary>No attempt starts before this tick.</summary>
    public long ClosedUntil { get; private set; }

    /// <summary>The quota is gone, rather than short: nobody waits for it here.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Why it was closed, in one sentence; empty for a first answer that is awaited.</summary>
    public string Why { get; private set; } = "";

    public bool IsOpen(long now) => now >= ClosedUntil && _width >= WideOpen;

    /// <summary>A gate that lets one attempt go first: nothing is known about the quota yet.</summary>
    public static Gate AwaitingFirstAnswer(long now) => new(now, ramps: true);

    public static Gate Closed(long until, bool exhausted, bool ramps, string why) => new(until, ramps) { IsExhausted = exhausted, Why = why };

    /// <summary>How long it had been closed when an attempt left then, if none has been accepted since; else 0.</summary>
    public long PauseBefore(long leftAt) => IsOfThisRamp(leftAt) ? _pause : _pauseBefore;

    /// <summary>It is going to be closed for so long, because an attempt was refused that left then.</summary>
    public void Refused(long leftAt, long pause)
    {
        if (_pause == 0 || IsOfThisRamp(leftAt))
        {
            (_pauseBefore, _pause) = (_pause, pause);
        }
        else
        {
            // One of the same burst.
            _pause = Math.Max(_pause, pause);
        }
    }

    /// <summary>Closes again; never shortens.</summary>
    public void Close(long until, long now, bool exhausted, bool ramps, string why)
    {
        if (now >= ClosedUntil)
        {
            // A new cause. While it is still closed the refusals are echoes of one cause: the furthest instant counts.
            IsExhausted = false;
            _width = WideOpen;
        }

        if (until >= ClosedUntil)
        {
            ClosedUntil = until;
            Why = why;
        }

        IsExhausted |= exhausted;
        if (ramps)
        {
            _width = 1;
        }

        _unanswered = 0;
    }

    public long FitsAt(long now) =>
        now < ClosedUntil ? ClosedUntil
        : _width >= WideOpen || _unanswered < _width ? now
        : Math.Max(now, _lastProbe + Patience);

    public void Take(long now)
    {
        _unanswered++;
        _lastProbe = now;
    }

    public void Return(long takenAt) => _unanswered = IsOfThisRamp(takenAt) ? Math.Max(0, _unanswered - 1) : _unanswered;

    /// <summary>An attempt has been answered; <paramref name="accepted"/> when the provider took it.</summary>
    public void Settle(long takenAt, bool accepted)
    {
        if (!IsOfThisRamp(takenAt))
        {
            return;
        }

        _unanswered = Math.Max(0, _unanswered - 1);
        if (accepted)
        {
            (_pauseBefore, _pause) = (0, 0);
            _width = Math.Min(_width + 1, WideOpen);
        }
    }

    /// <summary>The quota's limits are known now: they pace, not the ramp.</summary>
    public void EndRamp() => _width = WideOpen;

    /// <summary>An attempt that left since it was closed has been answered: what the answer says holds for what comes now.</summary>
    public bool IsTold(long takenAt) => IsOfThisRamp(takenAt);

    // What was under way when the gate closed says nothing about how it is afterwards.
    private bool IsOfThisRamp(long takenAt) => takenAt >= ClosedUntil;
}
