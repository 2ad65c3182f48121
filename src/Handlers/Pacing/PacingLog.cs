using Handlers.Quotas;
using Microsoft.Extensions.Logging;

namespace Handlers.Pacing;

/// <summary>What pacing says in the log.</summary>
internal static partial class PacingLog
{
    public static void Refused(ILogger logger, string operation, QuotaRefusal refusal) => QuotaRefused(logger, operation, refusal.Message);

    [LoggerMessage(EventIds.QuotaRefused, LogLevel.Warning, "{Operation}: {Refusal}", EventName = "QuotaRefused")]
    private static partial void QuotaRefused(ILogger logger, string operation, string refusal);

    [LoggerMessage(EventIds.GateClosed, LogLevel.Warning, "Gate of {Quota} closed for {Wait}: {Why}", EventName = "GateClosed")]
    public static partial void GateClosed(ILogger logger, string quota, TimeSpan wait, string why);
}
