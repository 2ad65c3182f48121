namespace Handlers;

/// <summary>
/// A refusal of our own: by an open circuit, by a quota, by the call's deadline. An <see cref="HttpRequestException"/>, so that existing <c>catch</c> blocks work.
/// </summary>
public abstract class ResilienceRejectedException : HttpRequestException
{
    private protected ResilienceRejectedException(string message, Exception? inner, DateTimeOffset? retryAt, CallReport report)
        : base(HttpRequestError.Unknown, message, inner)
    {
        RetryAt = retryAt;
        Report = report;
    }

    /// <inheritdoc/>
    public override string Message => Note is null ? base.Message : $"{base.Message} {Note}";

    /// <summary>What only the caller is told: what turned out after it was made, and the idempotency key.</summary>
    internal string? Note { get; set; }

    /// <summary>The message as events and logs may have it.</summary>
    internal string Sentence => base.Message;

    /// <summary>The earliest instant at which trying again can succeed, by the local clock; null where nobody knows.</summary>
    public DateTimeOffset? RetryAt { get; }

    /// <summary>What the call did until it was refused.</summary>
    public CallReport Report { get; internal set; }
}
