namespace Handlers;

/// <summary>How a refusal of our own reaches the caller.</summary>
public enum RejectionStyle : byte
{
    /// <summary>As an exception of the <see cref="ResilienceRejectedException"/> family, an <see cref="HttpRequestException"/>.</summary>
    Exception,

    /// <summary>As a response made here: 429 for a quota, 503 for a circuit, with <c>Retry-After</c>.</summary>
    Response,
}
