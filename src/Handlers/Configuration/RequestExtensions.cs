namespace Handlers;

/// <summary>What the caller can attach to a request, and read from what came of it.</summary>
public static class RequestExtensions
{
    /// <summary>Attaches options to a request that you own; they win field by field over <see cref="CallOptions.BeginScope"/>.</summary>
    /// <param name="request">The request, before it is sent.</param>
    /// <param name="options">The options.</param>
    public static void SetCallOptions(this HttpRequestMessage request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        request.Options.Set(CallEntry.Key, options);
    }

    /// <summary>What the call that sent this request did; null when it went through no handler of ours.</summary>
    /// <param name="request">The request.</param>
    public static CallReport? GetCallReport(this HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Call.Of(request) is { } call ? new CallReport(call) : null;
    }

    /// <summary>What the call that got this response did; null when it went through no handler of ours.</summary>
    /// <param name="response">The response.</param>
    public static CallReport? GetCallReport(this HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.RequestMessage?.GetCallReport();
    }
}
