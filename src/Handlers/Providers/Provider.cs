using Handlers.Providers;

namespace Handlers;

/// <summary>
/// The knowledge about one API: its quotas, its signals, what may be replayed, its defaults. Derive to add your own and register it with
/// <c>services.AddSingleton&lt;Provider&gt;(new MyProvider())</c>. All members are pure and synchronous, are called from many threads at once, and never throw.
/// </summary>
public abstract class Provider
{
    /// <summary>The name used in configuration and quota names, such as <c>github</c>; compared ignoring case.</summary>
    public abstract string Name { get; }

    /// <summary>The hosts that this API answers on; a leading <c>*</c> stands for anything, as in <c>*.example.com</c> or <c>*-api.example.com</c>.</summary>
    public abstract IReadOnlyList<string> Hosts { get; }

    /// <summary>
    /// The names of quotas that <see cref="Plan"/> may charge a request to, which is what <c>Pacing:Groups</c> may be named after; a leading <c>*</c> stands for anything,
    /// as in <c>*/tokens</c>. A group in the settings of a client that has no <c>Match</c> and is none of them is an error at start. Default null: not told, any name will do.
    /// </summary>
    public virtual IReadOnlyList<string>? Resources => null;

    /// <summary>Sets what differs from the generic defaults: timeouts, published limits, groups.</summary>
    /// <param name="options">Options with the generic defaults.</param>
    public abstract void ApplyDefaults(ResilienceHandlersOptions options);

    /// <summary>What is known about a request before it is sent.</summary>
    /// <param name="request">The request as the caller made it. Its content may be looked at only if it is in memory.</param>
    public abstract CallPlan Plan(HttpRequestMessage request);

    /// <summary>
    /// The name of an operation that <see cref="Plan"/> left unnamed, without ids; null: the path, with what looks like an id replaced. Asked only when somebody
    /// wants to know, so it may make a string.
    /// </summary>
    /// <param name="method">The request's method.</param>
    /// <param name="uri">The request's URI, as the caller made it.</param>
    public virtual string? OperationOf(HttpMethod method, Uri uri) => null;

    /// <summary>Whether the body must be read to judge an answer. Asked for every answer; must be cheap and false for most.</summary>
    /// <param name="status">The HTTP status code.</param>
    /// <param name="mediaType">The media type without parameters in lower case, or null.</param>
    /// <param name="plan">What <see cref="Plan"/> said.</param>
    public abstract bool NeedsBody(int status, string? mediaType, in CallPlan plan);

    /// <summary>Judges an answer and reads what it says about limits.</summary>
    /// <param name="answer">The answer.</param>
    public abstract Verdict Interpret(in ProviderAnswer answer);

    /// <summary>
    /// What status and <c>Retry-After</c> mean for any API: for the answers about which this one's documentation says nothing else, and for those of a gateway in
    /// front of it.
    /// </summary>
    /// <param name="answer">The answer.</param>
    protected static Verdict ByStatus(in ProviderAnswer answer) => StatusVerdict.Of(answer.Status, answer.Headers, answer.Now);

    /// <summary>Puts an id of the client's into a body, where <see cref="Plan"/> said <see cref="CallPlan.TakesId"/>. Default: null, it does not.</summary>
    /// <param name="content">The body; it is not changed.</param>
    /// <param name="id">The id, a random or derived UUID.</param>
    /// <returns>A new body that can be read any number of times; null where that can't be done.</returns>
    public virtual HttpContent? PutId(HttpContent content, Guid id) => null;

    /// <summary>A question whose answer tells whether a request was executed whose own answer was lost. Default: null, there is none.</summary>
    /// <param name="request">The request; not to be changed. Its header fields are put on the question.</param>
    /// <param name="plan">What <see cref="Plan"/> said about it.</param>
    public virtual HttpRequestMessage? AskWhetherDone(HttpRequestMessage request, in CallPlan plan) => null;

    /// <summary>Reads the answer to <see cref="AskWhetherDone"/>: true, false, or null when it does not tell.</summary>
    /// <param name="status">The HTTP status code.</param>
    /// <param name="body">Up to 64 KiB of the body.</param>
    public virtual bool? ReadWhetherDone(int status, ReadOnlySpan<byte> body) => null;
}
