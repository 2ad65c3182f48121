using System.Globalization;

namespace Handlers.Quotas;

/// <summary>The sentences of refusals: what happened, on which quota, and what to change.</summary>
internal static class RefusalText
{
    public static string For(
        QuotaRefusalReason reason, in QuotaKey key, string? cause, bool isGate, int ahead, TimeSpan? wait, TimeSpan allowed, long cost, LimitUnit unit)
    {
        string because = cause is null ? "" : isGate ? string.Create(CultureInfo.InvariantCulture, $" ({cause})") : string.Create(CultureInfo.InvariantCulture, $" (limit {cause})");
        string when = wait is { } span ? string.Create(CultureInfo.InvariantCulture, $"in {Text(span)}") : "at a time that is not known";
        return reason switch
        {
            QuotaRefusalReason.CannotFit => string.Create(
                CultureInfo.InvariantCulture,
                $"The call costs {cost} {LimitGrammar.NameOf(unit)}, more than quota {key} can ever hold{because}; it was not sent. Make the call smaller or raise the limit."),
            QuotaRefusalReason.Exhausted => string.Create(
                CultureInfo.InvariantCulture,
                $"Quota {key} is exhausted{because}; the call was not sent. Trying again can succeed {when}; until then use another account, model or plan."),
            QuotaRefusalReason.QueueFull => string.Create(
                CultureInfo.InvariantCulture,
                $"The queue of quota {key} is full, {ahead} calls wait{because}; the call was not sent. Send less, or raise Pacing:MaxQueue or Pacing:MaxQueueBytes. The next place is free {when}."),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"Quota {key} has room for this call {when}{because}, {ahead} calls are ahead of it, and it may wait {Text(allowed)}; it was not sent. Send less, try again then, or allow a longer wait (TotalTimeout, Pacing:MaxWait)."),
        };
    }

    private static string Text(TimeSpan span) => span < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0.###} s")
        : span.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture).TrimStart('0').TrimStart('.');
}
