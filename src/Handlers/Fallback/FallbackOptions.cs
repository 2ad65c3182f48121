namespace Handlers;

/// <summary>
/// Who answers when this client can't: another model, another named client, or a function of the app's; tried in this order, and off while none is set.
/// Configuration section <c>Fallback</c>. It acts on an open circuit, an exhausted quota and used-up retries, as long as the write can't have happened.
/// </summary>
public sealed class FallbackOptions
{
    /// <summary>Switches the handler on or off. Default true; without a target it does nothing.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Models of the same API, as one list: <c>gpt-5-mini, gpt-5-nano</c>. They go into the member <c>model</c> of a JSON body, or into the path
    /// (<c>/models/{model}:generateContent</c>). A request for a model of the list goes on with those behind it. Default empty.
    /// </summary>
    public string Models { get; set; } = "";

    /// <summary>
    /// Another named client, which gets the same path and query at its own <see cref="HttpClient.BaseAddress"/>, without this client's credentials. Default null.
    /// </summary>
    public string? Client { get; set; }

    /// <summary>
    /// Asks another provider, translating request and answer. Gets a copy of the request, what the call did so far, and a token that ends with the call's deadline;
    /// gives the answer, or null for none. Default null. In code only; passed over by a synchronous <c>Send</c>.
    /// </summary>
    public Func<HttpRequestMessage, CallReport, CancellationToken, ValueTask<HttpResponseMessage?>>? Route { get; set; }
}
