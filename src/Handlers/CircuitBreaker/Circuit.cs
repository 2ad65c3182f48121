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
/// HalfOpen   failure                                                  Open, longer; for a second after a success
/// HalfOpen   neutral, or nothing for ProbeTimeout                     HalfOpen, the slot is free again
/// Isolated   admission                                                Isolated, refused
/// any        Isolate / Reset                                          Isolated / Closed, without a ramp
/// any        result of a permit of an earlier phase                   unchanged, counted as stale
/// </code>
/// What passes and what ends a state is said by the state's own <see cref="CircuitPhase"/>, how long a break lasts by <see cref="Breaks"/>.
/// <para>
/// Closed without a ramp, nothing takes the lock: admission reads one reference, a success or a failure below the threshold changes counters. Everything
/// else holds <c>_lock</c>, which guards the phase, its contents and the numbers of the break; no other lock is taken and no foreign code is called inside.
/// Circuit time is the time since the circuit's creation by the provider's timestamps, so setting the wall clock moves no break; instants are computed for
/// people only.
/// </para>
/// </remarks>
internal sealed class Circuit
{
    private readonly TimeProvider _time;
    private readonly long _created;
    private readonly CircuitCounts _counts = new();
    private readonly Breaks _breaks = new();
    private readonly Lock _lock = new();

    private volatile CircuitPhase _phase;
    private volatile CircuitSettings _settings;

    public Circuit(string client, string authority, CircuitSettings settings, TimeProvider time)
    {
        Client = client;
        Authority = authority;
        _time = time;
        _created = time.GetTimestamp();
        _settings = settings;
        _phase = new ClosedPhase(TimeSpan.Zero, ramp: null, settings.NewWindow(), _counts, _breaks);
    }

    public string Client { get; }

    public string Authority { get; }

    /// <summary>The state as it was last entered; an open circuit whose break is over stays open until the next admission.</summary>
    public CircuitState State => _phase.State;

    /// <summary>Everybody passes: nobody needs to say how urgent a call is.</summary>
    public bool IsWideOpen => _phase is ClosedPhase { IsWideOpen: true };

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
        if (phase is ClosedPhase { IsWideOpen: true } closed)
        {
            if (closed.IsTimed)
            {
                closed.Sent(Now);
            }

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

            permit = new CircuitPermit(_phase, _phase.Take(number, now));
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
        if (signal != CircuitSignal.Failure && phase is ClosedPhase { IsWideOpen: true } closed && ReferenceEquals(phase, _phase))
        {
            TimeSpan now = closed.IsTimed ? Now : TimeSpan.Zero;

            // The circuit may open right here: then a success that came a moment too late counts in a phase nobody reads any more.
            if (signal == CircuitSignal.Success)
            {
                closed.Succeeded(now);
            }
            else
            {
                closed.Ignored(now);
            }

            _counts.Count(signal, took);
            return null;
        }

        lock (_lock)
        {
            TimeSpan now = Now;
            if (signal == CircuitSignal.Failure && serverDelay is { } delay)
            {
                // Also from a stale result: the server's wait is about the server, not about the phase the attempt was sent in.
                signal = _breaks.Hear(delay, took, now) ? CircuitSignal.Echo : signal;
                (_phase as OpenPhase)?.Extend(_breaks.ServerWaitEnds);
            }

            if (!ReferenceEquals(phase, _phase))
            {
                Interlocked.Increment(ref _counts.Stale);
                return null;
            }

            _counts.Count(signal, took);
            return phase.Record(permit.Mark, signal, _settings, now) switch
            {
                null => null,
                CircuitTransitionReason.Recovered => CloseNeedsLock(now),
                { } reason => OpenNeedsLock(reason, now),
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
            _breaks.Forget();
            CircuitTransition? transition = MoveNeedsLock(
                new ClosedPhase(now, ramp: null, _settings.NewWindow(), _counts, _breaks), CircuitTransitionReason.ResetByHand, now);
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
            (_phase as ClosedPhase)?.Adjust(settings);
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
                AvailablePermits = phase.Free(now, _settings),
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
                return _counts.UnderWay == 0 && _breaks.ServerWaitEnds <= now && _phase switch
                {
                    OpenPhase open => open.IsOver(now),
                    IsolatedPhase => false,
                    _ => true,
                };
            }
        }
    }

    private CircuitRefusal? RefuseNeedsLock(Urgency urgency, TimeSpan now)
    {
        CircuitPhase phase = _phase;
        if (phase.LetsPass(urgency, _settings, now, out TimeSpan? retryAfter))
        {
            return null;
        }

        Interlocked.Increment(ref _counts.Rejected);
        return new CircuitRefusal(
            phase.State, Instant(now, phase.Since), phase.Failures, retryAfter, retryAfter is { } wait ? Instant(now, now + wait) : null);
    }

    private CircuitTransition OpenNeedsLock(CircuitTransitionReason reason, TimeSpan now) =>
        MoveNeedsLock(new OpenPhase(now, _breaks.Begin(_settings, _phase is HalfOpenPhase { HasServed: true }, now)) { Failures = _phase.Failures }, reason, now);

    private CircuitTransition CloseNeedsLock(TimeSpan now)
    {
        Ramp? ramp = _settings.NewRamp(_counts.Usual, now);
        if (ramp is null)
        {
            _breaks.Recovered();
        }

        return MoveNeedsLock(new ClosedPhase(now, ramp, _settings.NewWindow(), _counts, _breaks), CircuitTransitionReason.Recovered, now);
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

    private DateTimeOffset Instant(TimeSpan now, TimeSpan at) => _time.GetUtcNow() + (at - now);
}
