namespace Handlers;

/// <summary>A refusal of our own. An <see cref="HttpRequestException"/>, so that existing <c>catch</c> blocks work.</summary>
public abstract class ResilienceRejectedException : HttpRequestException
{
    private protected ResilienceRejectedException(HttpRequestError error, string message, Exception? inner, DateTimeOffset? retryAt)
        : base(error, message, inner)
    {
        RetryAt = retryAt;
    }

    /// <summary>The earliest instant at which trying again can succeed, where it is known.</summary>
    public DateTimeOffset? RetryAt { get; }
}
