namespace Handlers.Quotas;

/// <summary>What one that begins to wait can be told. The texts are made when somebody asks.</summary>
/// <param name="Position">Its place, from 1, among those that wait for the same.</param>
/// <param name="Wait">How long it will take, as far as is known now; null when nobody knows.</param>
/// <param name="Blocking">The quota that has no room.</param>
/// <param name="Limit">Its limit that has none; null when it is a gate that is waited for, or only those ahead.</param>
/// <param name="Authority">The upstream, when it is that one's gate that is closed.</param>
/// <param name="GateWhy">Why the gate was closed; null when it is not one that is waited for.</param>
/// <param name="Reserve">What it leaves to others.</param>
internal readonly record struct Outlook(int Position, TimeSpan? Wait, Quota Blocking, Limit? Limit, string? Authority, string? GateWhy, Reserve Reserve)
{
    public bool IsGate => GateWhy is not null;

    public string? Cause => GateWhy ?? (Limit is null ? null : Reserve.Describe(Limit));
}
