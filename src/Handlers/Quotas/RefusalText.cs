using System.Globalization;

namespace Handlers.Quotas;

/// <summary>The sentences of refusals: what happened, on which quota, and what to change.</summary>
internal static class RefusalText
{
    /// <summary>A call was refused.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="key">The quota, or the upstream, that it would have waited for.</param>
    /// <param name="outlook">How the wait would have been.</param>
    /// <param name="wait">After which time trying again can succeed.</param>
    /// <param name="allowed">How long it may wait.</param>
    /// <param name="cost">What it costs of the limit, where that is the matter.</param>
    public static string For(QuotaRefusalReason reason, in QuotaKey key, in Outlook outlook, TimeSpan? wait, TimeSpan allowed, long cost)
    {
        string because = Because(outlook);
        string when = When(wait);
        return reason switch
        {
            QuotaRefusalReason.CannotFit => string.Create(
                CultureInfo.InvariantCulture,
                $"The call costs {cost} {LimitGrammar.NameOf(outlook.Limit?.Unit ?? LimitUnit.Requests)}, more than quota {key} can ever hold{because}; it was not sent. Make the call smaller or raise the limit."),
            QuotaRefusalReason.Exhausted => string.Create(
                CultureInfo.InvariantCulture,
                $"Quota {key} is exhausted{because}; the call was not sent. Trying again can succeed {when}; until then use another account, model or plan."),
            QuotaRefusalReason.QueueFull => string.Create(
                CultureInfo.InvariantCulture,
                $"The queue of quota {key} is full, {Count(outlook.Position - 1)} wait{because}; the call was not sent. Send less, or raise Pacing:MaxQueue or Pacing:MaxQueueBytes. The next place is free {when}."),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{Waits(key, outlook, wait)}, and it may wait {Text(allowed)}; it was not sent. Send less, try again then, or allow a longer wait (TotalTimeout, Pacing:MaxWait)."),
        };
    }

    /// <summary>What a call waits for, and for how long: the beginning of a sentence.</summary>
    public static string Waits(in QuotaKey key, in Outlook outlook, TimeSpan? wait) => string.Create(
        CultureInfo.InvariantCulture,
        $"Quota {key} has room for this call {When(wait)}{Because(outlook)}, {(outlook.Position > 2 ? $"{outlook.Position - 1} calls are" : outlook.Position > 1 ? "1 call is" : "nobody is")} ahead of it");

    private static string Because(in Outlook outlook) =>
        outlook.Cause is not { } cause ? ""
        : outlook.Limit is null || outlook.IsGate ? $" ({cause})"
        : $" (limit {cause})";

    private static string When(TimeSpan? wait) => wait is { } span ? $"in {Text(span)}" : "at a time that is not known";

    private static string Count(int calls) => calls == 1 ? "1 call" : string.Create(CultureInfo.InvariantCulture, $"{calls} calls");

    private static string Text(TimeSpan span) => span < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0.###} s")
        : span.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture).TrimStart('0').TrimStart('.');
}
