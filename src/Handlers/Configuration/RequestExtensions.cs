namespace Handlers;

/// <summary>What the caller can attach to a request, and read from it.</summary>
public static class RequestExtensions
{
    /// <summary>Attaches options to a request that you own; they win field by field over <see cref="CallOptions.BeginScope"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">The options.</param>
    public static void SetCallOptions(this HttpRequestMessage request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        request.Options.Set(CallEntry.Key, options);
    }
}
