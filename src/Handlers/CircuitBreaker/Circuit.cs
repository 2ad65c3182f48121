using System.Diagnostics.CodeAnalysis;

namespace Handlers.CircuitBreaker;

/// <summary>
/// The health of one upstream: one client and one authority. Asked twice per attempt, before the queue (<see cref="MayPass"/>, changes no state) and
/// at the grant (<see cref="TryAdmit"/>), and told once how the attempt ended (<see cref="Record"/>).
/// </summary>
/// <remarks>
/// <code>
/// state      event                                                    next
/// Closed     failure: FailureThreshold in a row, or FailureRatio      Open, unless most of those sent beside it are still under way
/// Closed     failure below that; success; neutral                     Closed
/// Open       admission before the break's end                         Open, refused
/// Open       admission after it                                       HalfOpen, admitted as the first probe
/// HalfOpen   success number SuccessThreshold                          Closed, with a ramp
/// HalfOpen   failure                                                  Open, longer
/// HalfOpen   neutral, or nothing for ProbeTimeout                     HalfOpen, the slot is free again
/// Isolated   admission                                                Isolated, refused
/// any        Isolate / Reset                                          Isolated / Closed, without a ramp
/// any        result of a permit of an earlier phase                   unchanged, counted as stale
/// </code>
/// A break is BreakDuration × BreakMultiplier^n, growing up to MaxBreakDuration, and never ends before a wait named by a failed answer has passed. n counts the
/// openings since the last lasting recovery, which is the end of the ramp after closing, or a reset by hand.
/// <para>
/// Closed without a ramp, nothing takes the lock: admission reads one reference, a success or a failure below the threshold changes counters. Everything
/// else holds <c>_lock</c>, which guards the phase, its contents and the numbers of the break; no other lock is taken and no foreign code is called inside.
/// Circuit time is the time since the circuit's creation by the provider's timestamps, so setting the wall clock moves no break; instants are computed for
/// people only.
/// </para>
/// </remarks>
internal sealed class Circuit
{
    // Beyond what any caller may pass (rule: 31 days); keeps the sums below from overflowing.
    private static readonly TimeSpan LongestServerDelay = TimeSpan.FromDays(31);

    private static readonly TimeSpan ShortestProbeHint = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestProbeHint = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly long _created;
    private readonly CircuitCounts _counts = new();
    private readonly Lock _lock = new();

    private volatile CircuitPhase _phase;
    private volatile CircuitSettings _settings;
    private int _openings;
    private TimeSpan _serverWaitEnds;

    public Circuit(string client, string authority, CircuitSettings settings, TimeProvider time)
    {
        Client = client;
        Authority = authority;
        _time = time;
        _created = time.GetTimestamp();
        _settings = settings;
        _phase = new ClosedPhase(TimeSpan.Zero, ramp: null, settings.NewWindow(), _counts);
    }

    public string Client { get; }

    public string Authority { get; }

    /// <summary>The state as it was last entered; an open circuit whose break is over stays open until the next admission.</summary>
    public CircuitState State => _phase.State;

    /// <summary>Everybody passes: nobody needs to say how urgent a call is.</summary>
    public bool IsWideOpen => _phase is ClosedPhase { Ramp: null };

    private TimeSpan Now => _time.GetElapsedTime(_created);

    /// <summary>The look before the queue: would a call pass now? Takes no slot and changes no state; a refusal is counted.</summary>
    public bool MayPass([NotNullWhen(false)] out CircuitRefusal? refusal, Urgency urgency = default)
    {
        if (IsWideOpen)
        {
            refusal = null;
            return true;
        }

        lock (_lock)
        {
            refusal = RefuseNeedsLock(urgency, Now);
            return refusal is null;
        }
    }

    /// <summary>
    /// Lets one attempt pass, right before it is sent; a half-open slot is taken and a probe's clock starts here. Whoever gets the permit records its
    /// result exactly once, also when nothing was sent (<see cref="CircuitSignal.Neutral"/>).
    /// </summary>
    public bool TryAdmit(out CircuitPermit permit, [NotNullWhen(false)] out CircuitRefusal? refusal, out CircuitTransition? transition, Urgency urgency = default)
    {
        CircuitPhase phase = _phase;
        if (phase is ClosedPhase { Ramp: null } closed)
        {
            closed.Window?.Sent(Now);
            permit = new CircuitPermit(phase, Interlocked.Increment(ref _counts.Accepted));
            refusal = null;
            transition = null;
            return true;
        }

        lock (_lock)
        {
            TimeSpan now = Now;
            transition = null;
            refusal = RefuseNeedsLock(urgency, now);
            if (refusal is not null)
            {
                permit = default;
                return false;
            }

            long number = Interlocked.Increment(ref _counts.Accepted);
            if (_phase is OpenPhase)
            {
                transition = MoveNeedsLock(new HalfOpenPhase(now) { Failures = _phase.Failures }, CircuitTransitionReason.BreakOver, now);
            }

            permit = new CircuitPermit(_phase, TakeNeedsLock(number, now));
            return true;
        }
    }

    /// <summary>Says how an admitted attempt ended.</summary>
    /// <param name="permit">What <see cref="TryAdmit"/> gave; a default one is ignored.</param>
    /// <param name="signal">What the result says about the upstream.</param>
    /// <param name="serverDelay">
    /// The wait a failed answer named, cut by the caller to <c>RateLimits.MaxServerWait</c>: a break lasts at least so long. Ignored for other signals.
    /// </param>
    /// <param name="took">How long the attempt was under way.</param>
    /// <returns>The change of state this caused, for the caller to log.</returns>
    public CircuitTransition? Record(in CircuitPermit permit, CircuitSignal signal, TimeSpan? serverDelay = null, TimeSpan took = default)
    {
        if (permit.Phase is null)
        {
            return null;
        }

        CircuitPhase phase = permit.Phase;
        if (signal != CircuitSignal.Failure && phase is ClosedPhase { Ramp: null } closed && ReferenceEquals(phase, _phase))
        {
            // The circuit may open right here: then a success that came a moment too late counts in a phase nobody reads any more.
            if (signal == CircuitSignal.Success)
            {
                closed.Succeeded(closed.Window is null ? TimeSpan.Zero : Now);
                _counts.Succeed(took);
            }
            else
            {
                closed.Window?.Ignored(Now);
                Interlocked.Increment(ref _counts.Neutral);
            }

            return null;
        }

        lock (_lock)
        {
            TimeSpan now = Now;
            if (signal == CircuitSignal.Failure && serverDelay is { } delay)
            {
                HearServerNeedsLock(delay, now);
            }

            if (!ReferenceEquals(phase, _phase))
            {
                Interlocked.Increment(ref _counts.Stale);
                return null;
            }

            Count(signal, took);

            return phase switch
            {
                ClosedPhase current => RecordNeedsLock(current, permit.Mark, signal, now),
                HalfOpenPhase current => RecordNeedsLock(current, permit.Mark, signal, now),
                _ => null,
            };
        }
    }

    /// <summary>Refuses all calls until <see cref="Reset"/>.</summary>
    /// <returns>The change of state; null when the circuit was isolated already.</returns>
    public CircuitTransition? Isolate()
    {
        lock (_lock)
        {
            TimeSpan now = Now;
            return _phase is IsolatedPhase
                ? null
                : MoveNeedsLock(new IsolatedPhase(now) { Failures = _phase.Failures }, CircuitTransitionReason.IsolatedByHand, now);
        }
    }

    /// <summary>Closes the circuit and forgets failures, breaks and server waits; attempts under way count no more.</summary>
    /// <returns>The change of state; null when the circuit was closed already.</returns>
    public CircuitTransition? Reset()
    {
        lock (_lock)
        {
            TimeSpan now = Now;
            bool wasClosed = _phase is ClosedPhase;
            _openings = 0;
            _serverWaitEnds = TimeSpan.Zero;
            CircuitTransition? transition = MoveNeedsLock(
                new ClosedPhase(now, ramp: null, _settings.NewWindow(), _counts), CircuitTransitionReason.ResetByHand, now);
            return wasClosed ? null : transition;
        }
    }

    /// <summary>
    /// Takes new settings over into the running state: counts, the current break, probes under way and a running ramp stay as they are, the new numbers
    /// hold from the next decision on. Only a sampling window of another length starts empty.
    /// </summary>
    public void Adjust(CircuitSettings settings)
    {
        lock (_lock)
        {
            _settings = settings;
            if (_phase is not ClosedPhase closed)
            {
                return;
            }

            if (settings.FailureRatio is null)
            {
                closed.Window = null;
            }
            else if (closed.Window?.Duration != settings.SamplingDuration)
            {
                closed.Window = settings.NewWindow();
            }

            if (settings.RampDuration <= TimeSpan.Zero && closed.Ramp is not null)
            {
                EndRampNeedsLock(closed);
            }
        }
    }

    public CircuitSnapshot Snapshot()
    {
        lock (_lock)
        {
            TimeSpan now = Now;
            CircuitPhase phase = _phase;
            return new CircuitSnapshot
            {
                Client = Client,
                Authority = Authority,
                State = phase.State,
                Failures = Volatile.Read(ref phase.Failures),
                OpenUntil = phase is OpenPhase open ? Instant(now, open.Until) : null,
                Accepted = Interlocked.Read(ref _counts.Accepted),
                Rejected = Interlocked.Read(ref _counts.Rejected),
                Succeeded = Interlocked.Read(ref _counts.Succeeded),
                Failed = Interlocked.Read(ref _counts.Failed),
                Stale = Interlocked.Read(ref _counts.Stale),
                AvailablePermits = phase switch
                {
                    ClosedPhase => null,
                    HalfOpenPhase halfOpen => halfOpen.Free(now, _settings),
                    OpenPhase { Until: var until } when until <= now => 1,
                    _ => 0,
                },
                Transitions = _counts.Transitions(),
            };
        }
    }

    /// <summary>
    /// Whether it may be forgotten when it has not been used for long: nothing is under way, it refuses nobody, and no wait of the server's is running.
    /// A few failures that led to nothing are no loss.
    /// </summary>
    public bool IsForgettable
    {
        get
        {
            lock (_lock)
            {
                TimeSpan now = Now;
                return _counts.UnderWay == 0 && _serverWaitEnds <= now && _phase switch
                {
                    OpenPhase open => open.Until <= now,
                    IsolatedPhase => false,
                    _ => true,
                };
            }
        }
    }

    private void Count(CircuitSignal signal, TimeSpan took)
    {
        switch (signal)
        {
            case CircuitSignal.Success:
                _counts.Succeed(took);
                break;
            case CircuitSignal.Failure:
                Interlocked.Increment(ref _counts.Failed);
                break;
            default:
                Interlocked.Increment(ref _counts.Neutral);
                break;
        }
    }

    private CircuitRefusal? RefuseNeedsLock(Urgency urgency, TimeSpan now)
    {
        TimeSpan? retryAfter;
        switch (_phase)
        {
            case ClosedPhase { Ramp: { } ramp } closed:
                if (!ramp.IsRunning(now))
                {
                    EndRampNeedsLock(closed);
                    return null;
                }

                if (ramp.HasRoom(urgency.DueIn, now))
                {
                    return null;
                }

                retryAfter = ramp.NextHint(urgency, now);
                break;
            case OpenPhase open when now < open.Until:
                retryAfter = open.Until - now;
                break;
            case HalfOpenPhase halfOpen when halfOpen.Free(now, _settings) == 0:
                retryAfter = ProbeHint(halfOpen, now);
                break;
            case IsolatedPhase:
                retryAfter = null;
                break;
            default:
                return null;
        }

        Interlocked.Increment(ref _counts.Rejected);
        CircuitPhase phase = _phase;
        return new CircuitRefusal(
            phase.State, Instant(now, phase.Since), phase.Failures, retryAfter, retryAfter is { } wait ? Instant(now, now + wait) : null);
    }

    private long TakeNeedsLock(long number, TimeSpan now)
    {
        switch (_phase)
        {
            case HalfOpenPhase halfOpen:
                return halfOpen.Take(now);
            case ClosedPhase closed:
                closed.Window?.Sent(now);
                return closed.Ramp?.Take(now) ?? number;
            default:
                return number;
        }
    }

    private CircuitTransition? RecordNeedsLock(ClosedPhase closed, long mark, CircuitSignal signal, TimeSpan now)
    {
        // The slot a result falls into is the one it arrives in, so the slots before it are judged first.
        if (closed.Ramp is { } ramp)
        {
            if (ramp.IsRunning(now))
            {
                ramp.Note(signal, mark, now);
            }
            else
            {
                EndRampNeedsLock(closed);
            }
        }

        switch (signal)
        {
            case CircuitSignal.Success:
                closed.Succeeded(now);
                return null;
            case CircuitSignal.Failure when closed.Failed(now, _settings):
                if (_settings.FailureRatio is not null)
                {
                    return OpenNeedsLock(CircuitTransitionReason.FailureRatio, now);
                }

                if (closed.Ramp?.TakesTheBlame(closed.Failures, now) == true)
                {
                    closed.Failures = 0;
                    return null;
                }

                return closed.MayBeMerelyQuick(mark, now, _settings) ? null : OpenNeedsLock(CircuitTransitionReason.ConsecutiveFailures, now);
            case CircuitSignal.Neutral:
                closed.Window?.Ignored(now);
                return null;
            default:
                return null;
        }
    }

    private CircuitTransition? RecordNeedsLock(HalfOpenPhase halfOpen, long probe, CircuitSignal signal, TimeSpan now)
    {
        halfOpen.Release(probe);
        switch (signal)
        {
            case CircuitSignal.Success:
                halfOpen.Successes++;
                return halfOpen.Successes >= _settings.SuccessThreshold ? CloseNeedsLock(now) : null;
            case CircuitSignal.Failure:
                halfOpen.Failures++;
                return OpenNeedsLock(CircuitTransitionReason.ProbeFailed, now);
            default:
                return null;
        }
    }

    private CircuitTransition OpenNeedsLock(CircuitTransitionReason reason, TimeSpan now)
    {
        TimeSpan until = now + _settings.Break(_openings++);
        return MoveNeedsLock(
            new OpenPhase(now, until > _serverWaitEnds ? until : _serverWaitEnds) { Failures = _phase.Failures }, reason, now);
    }

    private CircuitTransition CloseNeedsLock(TimeSpan now)
    {
        Ramp? ramp = _settings.NewRamp(now);
        if (ramp is null)
        {
            _openings = 0;
        }

        return MoveNeedsLock(new ClosedPhase(now, ramp, _settings.NewWindow(), _counts), CircuitTransitionReason.Recovered, now);
    }

    private void EndRampNeedsLock(ClosedPhase closed)
    {
        closed.Ramp = null;
        _openings = 0;
    }

    private CircuitTransition MoveNeedsLock(CircuitPhase next, CircuitTransitionReason reason, TimeSpan now)
    {
        CircuitPhase last = _phase;
        _phase = next;
        if (last.State != next.State)
        {
            _counts.Moved(last.State, next.State);
        }

        return next is OpenPhase open
            ? new CircuitTransition(last.State, next.State, reason, next.Failures, open.Until - now, Instant(now, open.Until))
            : new CircuitTransition(last.State, next.State, reason, last.Failures, Break: null, OpenUntil: null);
    }

    // Also from a stale result: the server's wait is about the server, not about the phase the attempt was sent in.
    private void HearServerNeedsLock(TimeSpan delay, TimeSpan now)
    {
        TimeSpan ends = now + (delay < LongestServerDelay ? delay : LongestServerDelay);
        if (ends <= _serverWaitEnds)
        {
            return;
        }

        _serverWaitEnds = ends;
        if (_phase is OpenPhase open && open.Until < ends)
        {
            open.Until = ends;
        }
    }

    // How long a probe takes is not known; a tenth of the break is short beside the wait the caller has behind it.
    private TimeSpan ProbeHint(HalfOpenPhase halfOpen, TimeSpan now)
    {
        TimeSpan hint = _settings.BreakDuration / 10;
        hint = hint < ShortestProbeHint ? ShortestProbeHint : hint > LongestProbeHint ? LongestProbeHint : hint;
        TimeSpan reclaim = halfOpen.UntilReclaim(now, _settings);
        return reclaim < hint ? reclaim : hint;
    }

    private DateTimeOffset Instant(TimeSpan now, TimeSpan at) => _time.GetUtcNow() + (at - now);
}
