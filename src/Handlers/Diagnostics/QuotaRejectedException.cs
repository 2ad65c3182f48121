namespace Handlers;

/// <summary>A quota refused the call without sending it, because waiting could not have succeeded.</summary>
public sealed class QuotaRejectedException : ResilienceRejectedException
{
    internal QuotaRejectedException(string message, QuotaRefusalReason reason, string quota, DateTimeOffset? retryAt, CallReport report)
        : base(message, null, retryAt, report)
    {
        Reason = reason;
        Quota = quota;
    }

    /// <summary>Why.</summary>
    public QuotaRefusalReason Reason { get; }

    /// <summary>The quota, as <c>provider/account/resource</c>.</summary>
    public string Quota { get; }
}
