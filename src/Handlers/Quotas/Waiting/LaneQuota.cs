namespace Handlers.Quotas;

/// <summary>A quota that the calls of a lane are charged to, and which of their uses names it: the cost is found without comparing names.</summary>
/// <param name="Quota">The quota.</param>
/// <param name="Use">An index for <see cref="Charge.At(int)"/>.</param>
internal readonly record struct LaneQuota(ResourceQuota Quota, int Use);
