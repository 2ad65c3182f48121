namespace Handlers;

/// <summary>
/// What is answered from a store instead of the network, by the rules of HTTP for a private cache (RFC 9111). Configuration section <c>Caching</c>.
/// </summary>
public sealed class ResponseCachingOptions
{
    /// <summary>Switches the handler on or off. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The memory that the client's store may take; a new answer displaces the least recently used. Default 64 MiB, range 0 to 1 TiB.</summary>
    public long MaxBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>The largest body that is stored; copying a larger one is given up on the way. Default 1 MiB, range 0 to 1 GiB.</summary>
    public long MaxEntryBytes { get; set; } = 1024 * 1024;

    /// <summary>How many answers to one URI are stored for different request headers (<c>Vary</c>). Default 8, range 1 to 1000.</summary>
    public int MaxVariants { get; set; } = 8;

    /// <summary>
    /// Request headers by which answers differ although the server does not say so in <c>Vary</c>, as one list: <c>X-Region, X-Plan</c>. Those that name a credential,
    /// a tenant, an organisation, a user or another host are told apart without it. Default empty.
    /// </summary>
    public string KeyHeaders { get; set; } = "";

    /// <summary>
    /// Uses one store for all clients that say so, instead of one each; the largest <see cref="MaxBytes"/> among them holds. Clients with the same account then see
    /// each other's answers to the same URI. Default false. A registered <see cref="IResponseStore"/> is used in any case; this decides whether keys in it are
    /// the client's own.
    /// </summary>
    public bool SharedStore { get; set; }

    /// <summary>
    /// Estimates a lifetime where the server names none: a tenth of the time since <c>Last-Modified</c>, at most a day (RFC 9111 §4.2.2). Default false.
    /// </summary>
    public bool Heuristics { get; set; }

    /// <summary>
    /// How long after it became stale an answer may still be used when the server can't be reached, answers 5xx, or a circuit or quota of ours refuses the call.
    /// A <c>stale-if-error</c> of the request or the response counts instead; <c>no-cache</c> and <c>must-revalidate</c> forbid it. Default 5 min, range 0 to
    /// 31 days; 0 switches it off.
    /// </summary>
    public TimeSpan StaleIfError { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Uses a stale answer of any age when the server can't be reached at all (RFC 9111 §4.2.4); <c>no-cache</c> and <c>must-revalidate</c> still forbid it.
    /// Default false.
    /// </summary>
    public bool StaleOnDisconnect { get; set; }

    /// <summary>Lets a server ask for <c>stale-while-revalidate</c>: the stale answer now, and one request in the background. Default true.</summary>
    public bool StaleWhileRevalidate { get; set; } = true;

    /// <summary>How long such a request in the background may take, its waits included. Default 30 s, range 10 ms to 1 day.</summary>
    public TimeSpan RefreshTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Lets identical requests wait for the one that is under way, if its answer may be shared. Default true.</summary>
    public bool SingleFlight { get; set; } = true;

    /// <summary>How long after it became stale an answer with a validator is kept, so that the server can confirm it. Default 1 day, range 0 to 31 days.</summary>
    public TimeSpan KeepForValidation { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long a call waits for an asynchronous store before it goes on without it. Default 500 ms, range 1 ms to 1 min.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMilliseconds(500);
}
