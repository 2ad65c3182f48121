namespace Handlers.Quotas;

/// <summary>One metered thing: its limits and its gate. Its account's lock guards it.</summary>
internal abstract class Quota
{
    private ResourcePolicy[] _sources = [];
    private Traffic? _traffic;

    public abstract QuotaAccount Account { get; }

    public abstract string Resource { get; }

    /// <summary>The first of its limits.</summary>
    public Limit? Limits { get; private set; }

    private LimitList All => new(Limits);

    public Gate? Gate { get; private set; }

    /// <summary>The look at the queues in which somebody was found waiting for this quota to fill up: later ones may not empty it again.</summary>
    public int ClaimedIn { get; set; }

    /// <summary>Something holds attempts back here. Read without the lock: a quota that paces nobody costs nobody a lock.</summary>
    public bool Paces { get; private set; }

    public QuotaKey Key => new(Account.Provider, Account.Name, Resource);

    public bool IsConfiguredBy(ResourcePolicy policy)
    {
        foreach (ResourcePolicy source in Volatile.Read(ref _sources))
        {
            if (ReferenceEquals(source, policy) || (source.Client == policy.Client && source.Version >= policy.Version))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a client's configuration says something about it.</summary>
    public bool IsKnownToNeedsLock(string client) => Array.Exists(_sources, source => source.Client == client);

    /// <summary>Takes over what a client's configuration says now. What was used stays used.</summary>
    public void ConfigureNeedsLock(ResourcePolicy policy, LedgerClock clock, long now)
    {
        if (IsConfiguredBy(policy))
        {
            return;
        }

        ResourcePolicy[] others = Array.FindAll(_sources, s => s.Client != policy.Client);
        IEnumerable<LimitSpec> wanted = others.Length == 0 ? policy.Limits : others.SelectMany(s => s.Limits).Concat(policy.Limits).Distinct();
        Limits = LimitReconciliation.Of(Limits, wanted, Account.IsSmooth, clock, now);
        Volatile.Write(ref _sources, others.Length == 0 ? policy.AsOnlySource : [policy, .. others]);
        Paces = Limits is not null || Gate is not null;
    }

    /// <summary>Whether one of the clients that spend this quota wants it to go evenly.</summary>
    protected bool IsSmoothNeedsLock() => Array.Exists(_sources, static source => source.IsSmooth);

    /// <summary>Lets the limits that are known go evenly from now on, or not any more.</summary>
    public void SpreadNeedsLock() => Spread.Over(Limits, Account.IsSmooth);

    public void AwaitFirstAnswerNeedsLock(long now)
    {
        Gate = Gate.AwaitingFirstAnswer(now);
        Paces = true;
    }

    public void StartSlowlyNeedsLock(long now)
    {
        Limits = LearnedRate.Slow(now);
        Paces = true;
    }

    public void CloseNeedsLock(in GateClosing closing, long now)
    {
        if (closing is { IsExhausted: false, IsForecast: false, IsAdvance: false })
        {
            LearnRateNeedsLock(closing, now);
        }

        long until = now + closing.Wait.Ticks;
        Gate ??= Gate.Closed(until, closing.IsExhausted, ramps: true, closing.Why);
        if (closing is { IsForecast: false, LeftAt: { } leftAt })
        {
            Gate.Refused(leftAt, (closing.Hint ?? closing.Wait).Ticks);
        }

        Gate.Close(until, now, closing.IsExhausted, ramps: true, closing.Why);
        Paces = true;
    }

    /// <inheritdoc cref="Gate.PauseBefore"/>
    public long PauseBeforeNeedsLock(long leftAt) => Gate?.PauseBefore(leftAt) ?? 0;

    /// <summary>The greatest margin that one of its clients wants.</summary>
    public double MarginNeedsLock()
    {
        double margin = 0;
        foreach (ResourcePolicy source in _sources)
        {
            margin = Math.Max(margin, source.Margin);
        }

        return margin;
    }

    /// <summary>When an attempt of this cost fits here; <paramref name="limit"/> is the one it waits for, null for the gate.</summary>
    public long FitsAtNeedsLock(in Cost cost, long now, out Limit? limit)
    {
        limit = null;
        long at = now;
        if (Gate is { } gate)
        {
            at = gate.FitsAt(now);
        }

        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            long amount = next.AmountOf(cost);
            if (amount == 0)
            {
                continue;
            }

            long fits = next.FitsAt(amount, now);
            if (fits > at)
            {
                at = fits;
                limit = next;
            }
        }

        return at;
    }

    /// <summary>When an attempt could go that comes after <paramref name="ahead"/>.</summary>
    public long ForecastNeedsLock(in Cost cost, in Load ahead, long now, long lag, out Limit? limit)
    {
        long at = Gate is { } gate ? Math.Max(now, gate.ClosedUntil) : now;
        return All.Forecast(cost, ahead, at, now, lag, out limit);
    }

    /// <summary>The limit that can never hold this cost.</summary>
    public Limit? TooSmallForNeedsLock(in Cost cost) => All.TooSmallFor(cost);

    /// <summary>When a call that leaves room may go here, for the sake of more urgent calls to come.</summary>
    public long YieldsUntilNeedsLock(in Cost cost, CallPriority priority, Reserve reserve, long now)
    {
        long at = priority == CallPriority.Background && _traffic?.Courtesy is { } courtesy ? courtesy.FitsAt(Limits, cost, now) : now;
        return reserve.Binds(priority) ? Math.Max(at, reserve.FitsAt(Limits, cost, now, out _)) : at;
    }

    /// <summary>How many times longer background work takes because it yields.</summary>
    public double StretchNeedsLock(long now) => _traffic?.Courtesy is { } courtesy ? courtesy.Stretch(Limits, now) : 1;

    public void TakeNeedsLock(in Cost cost, long now, long countedBy, CallPriority priority)
    {
        if (Gate is { } gate)
        {
            if (gate.IsOpen(now))
            {
                Gate = null;
                Paces = Limits is not null;
            }
            else
            {
                gate.Take(now);
            }
        }

        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            long amount = next.AmountOf(cost);
            if (amount > 0)
            {
                next.Take(amount, now, countedBy);
            }
        }

        if (priority == CallPriority.Background)
        {
            ((_traffic ??= new Traffic()).Courtesy ??= new Courtesy(now)).Take(Limits, cost, now);
        }
        else
        {
            _traffic?.Courtesy?.Count(cost, now);
        }

        _traffic?.Pace?.Add(cost, now);
    }

    public void ReturnNeedsLock(in Cost cost, long takenAt, long now, bool foreseen)
    {
        Gate?.Return(takenAt);
        All.Return(cost, takenAt, now, foreseen);
    }

    public void SettleNeedsLock(in Cost reserved, in Verdict verdict, in Counting counting)
    {
        SettleGateNeedsLock(counting.TakenAt, verdict.Kind is VerdictKind.Ok or VerdictKind.Fatal);
        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            long amount = next.AmountOf(reserved);
            long actual = Actual(next.Unit, amount, verdict);
            if (amount != 0 || actual != 0)
            {
                next.Settle(amount, actual, counting);
                (next as AdaptiveLimit)?.Answered(amount, verdict, counting);
            }
        }
    }

    public void ReleaseNeedsLock(in Cost cost, long takenAt, long now)
    {
        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            if (next.AmountOf(cost) is > 0 and long amount)
            {
                next.Release(amount, takenAt, now);
            }
        }
    }

    public QuotaSnapshot SnapshotNeedsLock(LedgerClock clock, long now, in WaitingCount waiting) => QuotaSnapshot.Of(this, LookNeedsLock(now), clock, now, waiting);

    /// <summary>Nothing is remembered here that a new quota would not know.</summary>
    public bool IsForgettableNeedsLock(long now) => Gate?.IsOpen(now) != false && All.IsForgettable(now);

    /// <summary>Takes over what an answer says about a limit here. Comes after its attempt was settled.</summary>
    /// <returns>Whether a limit has become known or is another one now.</returns>
    public bool LearnNeedsLock(in QuotaObservation seen, VerdictKind kind, in Grant grant, double margin, long now)
    {
        bool isNews;
        Limits = All.WithoutUnheard(seen, now).First;
        if (All.AnnouncedBy(seen) is { } known)
        {
            LimitSpec before = known.Spec;
            known.Learn(seen, grant.At, margin, now);
            isNews = !ReferenceEquals(before, known.Spec);
        }
        else if (AnnouncedLimit.From(seen, now) is { } announced)
        {
            announced.Learn(seen, grant.At, margin, now);
            AddNeedsLock(announced);
            isNews = true;
        }
        else
        {
            return false;
        }

        // Where calls learn their price from answers, one answer tells the limit but not the price: the ramp lets more pass with each that has told it.
        if (Gate is { } gate && (kind == VerdictKind.Ok ? gate.IsTold(grant.At) && seen.Cost <= 0 : seen.Remaining == 0))
        {
            gate.EndRamp();
        }

        return isNews;
    }

    /// <summary>A limit that the provider announces holds calls back at this moment.</summary>
    public bool IsHeldByAnnouncedLimitNeedsLock(long now) => All.IsHeldByAnnounced(now);

    private void AddNeedsLock(AnnouncedLimit announced)
    {
        if (announced.Unit == LimitUnit.Requests)
        {
            announced.Foresee(Account.UnderWay);
        }

        // Where the provider tells the limit nothing has to be felt out any more.
        if (All.Find<LearnedRate>() is { } rate)
        {
            Limits = All.Without(rate).First;
        }

        Limits = All.With(announced).First;
        SpreadNeedsLock();
        Paces = true;
    }

    /// <summary>A refusal teaches the rate at which it came, where no limit is announced that will tell, and none that learns by itself.</summary>
    private void LearnRateNeedsLock(in GateClosing closing, long now)
    {
        if (All.Find<LearnedRate>() is { } known)
        {
            known.Refused(closing, now);
        }
        else if (!(closing.Hint > LearnedRate.LongestHint)
            && All.Find<AnnouncedLimit>() is null && All.Find<AdaptiveLimit>() is null && Account.All.Find<AdaptiveLimit>() is null)
        {
            Limits = All.With(LearnedRate.AfterRefusal(Account.UnderWay, closing, now)).First;
        }
    }

    private void SettleGateNeedsLock(long takenAt, bool accepted)
    {
        if (Gate is not { } gate)
        {
            return;
        }

        gate.Settle(takenAt, accepted);

        // A rate that was learned leads back evenly: once the provider takes calls again nothing has to be felt out.
        if (accepted && gate.IsTold(takenAt) && All.Find<LearnedRate>() is { Paces: true })
        {
            gate.EndRamp();
        }
    }

    /// <summary>Whoever looks at a quota in use wants to know how fast it is spent, from now on; an idle one forgets it.</summary>
    private Pace? LookNeedsLock(long now)
    {
        if (IsForgettableNeedsLock(now))
        {
            _traffic?.Pace = null;
            return null;
        }

        return (_traffic ??= new Traffic()).Pace ??= new Pace(now);
    }

    private long Actual(LimitUnit unit, long reserved, in Verdict verdict)
    {
        // Refused is not executed: the refusal itself may count as a request, but nothing else was spent.
        if (unit != LimitUnit.Requests && verdict.Kind is (VerdictKind.RateLimited or VerdictKind.QuotaExhausted))
        {
            return 0;
        }

        for (int i = 0; i < verdict.Observed.Count; i++)
        {
            QuotaObservation observation = verdict.Observed[i];
            if (observation.Unit == unit && observation.Cost != QuotaObservation.Unknown && observation.Resource == Resource)
            {
                return observation.Cost;
            }
        }

        return reserved;
    }
}
