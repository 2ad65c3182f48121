namespace Handlers.Quotas;

/// <summary>
/// What an account has beyond itself: the quotas of resources, the lanes of calls, and those who wait. An account that meters all its calls together and keeps
/// nobody waiting has none of it. Guarded by the account's lock; the arrays are replaced, never changed, and read without it.
/// </summary>
internal sealed class Lanes(QuotaAccount account, LedgerClock clock) : IDisposable
{
    private const int MaxLanes = 64;
    private const int MaxObserved = 256;

    private ResourceQuota[] _quotas = [];
    private Lane[] _lanes = [];
    private int _version;
    private AnswerTimes _times;

    /// <summary>How long the account's attempts take.</summary>
    public ref AnswerTimes Times => ref _times;

    /// <summary>Those of the lanes in which somebody waits; null while nobody ever has.</summary>
    public WaitingLanes? Waiting { get; private set; }

    public ReadOnlySpan<ResourceQuota> Quotas => Volatile.Read(ref _quotas);

    /// <summary>The lane of a shape as the account's quotas are now; null when it has to be made or refreshed. Needs no lock.</summary>
    public Lane? Find(QuotaShape shape)
    {
        int version = Volatile.Read(ref _version);
        foreach (Lane lane in Volatile.Read(ref _lanes))
        {
            if (ReferenceEquals(lane.Shape, shape))
            {
                return lane.Version == version ? lane : null;
            }
        }

        return null;
    }

    public Lane AddNeedsLock(QuotaShape shape, long now)
    {
        if (Array.Find(_lanes, l => ReferenceEquals(l.Shape, shape)) is { } known)
        {
            return FreshNeedsLock(known);
        }

        foreach ((ResourcePolicy policy, string resource, QuotaStart start) in shape.Resources)
        {
            if (policy.Limits.Length > 0 || start != QuotaStart.Free)
            {
                FindOrAddNeedsLock(resource, start, now).ConfigureNeedsLock(policy, clock, now);
            }
            else
            {
                // An edit may have taken its limits away.
                Array.Find(_quotas, q => q.Resource == resource)?.ConfigureNeedsLock(policy, clock, now);
            }
        }

        // Reloads and endlessly many kinds of calls leave lanes behind; those that nobody waits in can be made again.
        Lane[] kept = _lanes.Length < MaxLanes ? _lanes : Array.FindAll(_lanes, l => l.Queue.Count > 0);
        Lane lane = FreshNeedsLock(new Lane(shape));
        Volatile.Write(ref _lanes, [.. kept, lane]);
        return lane;
    }

    /// <summary>A lane as the account's quotas are now: one that came into being since may hold back who was waiting already.</summary>
    public Lane FreshNeedsLock(Lane lane)
    {
        if (lane.Version != _version)
        {
            lane.RefreshNeedsLock(Array.FindAll(_quotas, q => lane.Shape.Resources.Any(r => r.Resource == q.Resource)), _version);
        }

        return lane;
    }

    public ResourceQuota FindOrAddNeedsLock(string resource, QuotaStart start, long now)
    {
        if (Array.Find(_quotas, q => q.Resource == resource) is { } found)
        {
            return found;
        }

        var quota = new ResourceQuota(account, resource);
        if (start == QuotaStart.FirstAnswer)
        {
            quota.AwaitFirstAnswerNeedsLock(now);
        }
        else if (start == QuotaStart.Slow && account.Limits is null)
        {
            quota.StartSlowlyNeedsLock(now);
        }

        Volatile.Write(ref _quotas, [.. _quotas, quota]);
        Volatile.Write(ref _version, _version + 1);
        return quota;
    }

    /// <summary>The quota that an answer speaks of; null when there are more of them than any provider has.</summary>
    public ResourceQuota? ObservedNeedsLock(string resource, long now)
    {
        foreach (ResourceQuota quota in _quotas)
        {
            if (quota.Resource == resource)
            {
                return quota;
            }
        }

        return _quotas.Length < MaxObserved ? FindOrAddNeedsLock(resource, QuotaStart.Free, now) : null;
    }

    public bool IsForgettableNeedsLock(long now) => Waiting?.IsEmpty != false && Array.TrueForAll(_quotas, q => q.IsForgettableNeedsLock(now));

    /// <summary>Takes over for all quotas what a client's configuration says now.</summary>
    public void ConfigureNeedsLock(QuotaPolicy policy, long now)
    {
        foreach (ResourceQuota quota in _quotas)
        {
            if (quota.IsKnownToNeedsLock(policy.Client))
            {
                quota.ConfigureNeedsLock(policy.For(quota.Resource), clock, now);
            }
        }

        foreach (Lane lane in _lanes)
        {
            if (lane.Shape.Policy.Client == policy.Client)
            {
                lane.Reserve = policy.Reserve;
            }
        }

        Waiting?.ConfiguredNeedsLock();
    }

    public WaitingLanes WaitingNeedsLock() => Waiting ??= new WaitingLanes(account, this);

    public void Dispose() => Waiting?.Dispose();
}
