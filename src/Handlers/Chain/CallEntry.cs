namespace Handlers;

/// <summary>
/// The single entry in <see cref="HttpRequestMessage.Options"/>: the caller's <see cref="CallOptions"/> before the call, the call itself from then on.
/// </summary>
internal static class CallEntry
{
    public static readonly HttpRequestOptionsKey<object> Key = new("Handlers.Call");
}
