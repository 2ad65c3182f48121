namespace Handlers.Quotas;

/// <summary>The calls of an account that are charged to the same quotas, and those of them that wait. Guarded by the account's lock.</summary>
/// <remarks>
/// One queue per set of quotas, not per quota: calls of one lane wait for the same things, so none of them is held up by a call that waits for something it
/// does not need itself.
/// </remarks>
internal sealed class Lane(QuotaShape shape)
{
    public QuotaShape Shape { get; } = shape;

    /// <summary>The quotas besides the account as a whole that exist by now.</summary>
    public LaneQuota[] Quotas { get; private set; } = [];

    /// <summary>The account's state of quotas that <see cref="Quotas"/> stands for.</summary>
    public int Version { get; private set; } = -1;

    /// <summary>What its calls leave to interactive ones: by the client's configuration as it is now, also for those that wait already.</summary>
    public Reserve Reserve { get; set; } = shape.Policy.Reserve;

    public WaitQueue Queue { get; } = new();

    /// <summary>What its calls really cost; null while no answer has told.</summary>
    public ExpectedCosts? Expected { get; set; }

    /// <summary>The quota that its first waiter waits for longest, as the last look found.</summary>
    public Quota? BlockedBy { get; set; }

    /// <summary>Passed over in the look under way.</summary>
    public bool IsBlocked { get; set; }

    public bool Uses(Quota quota) => quota is QuotaAccount || Array.Exists(Quotas, other => ReferenceEquals(other.Quota, quota));

    public void RefreshNeedsLock(ResourceQuota[] quotas, int version)
    {
        Quotas = Array.ConvertAll(quotas, quota => new LaneQuota(quota, Shape.UseOf(quota.Resource)));
        Version = version;
    }
}
