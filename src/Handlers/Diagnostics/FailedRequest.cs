using Handlers.Providers;

namespace Handlers;

/// <summary>What is remembered of an SDK's request whose failure was handed out, so that the same request is known when it comes again.</summary>
internal sealed class FailedRequest
{
    /// <summary>An SDK that retries does so at once, after about 0.8 s, or at the instant that the answer named.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly HttpMethod _method;
    private readonly Uri? _uri;
    private readonly int _body;
    private readonly TimeSpan? _named;

    private FailedRequest(Call call, int body)
    {
        (_method, _uri, _body, _named) = (call.Original.Method, call.Original.Uri, body, call.Judgement?.Wait);
        FailedAt = call.Now;
    }

    public long FailedAt { get; }

    /// <summary>Null when the body can't be seen: then nobody could tell that it is the same.</summary>
    public static FailedRequest? Of(Call call) => BodyOf(call) is { } body ? new FailedRequest(call, body) : null;

    public bool IsRepeatedBy(Call call)
    {
        TimeSpan since = call.Client.Clock.Between(FailedAt, call.StartedAt);
        bool inTime = since < Soon || (_named is { } named && since > named - Soon && since < named + Soon);
        return inTime && call.Original.Method == _method && call.Original.Uri == _uri && BodyOf(call) == _body;
    }

    private static int? BodyOf(Call call)
    {
        if (call.Original.Content is not { } content)
        {
            return 0;
        }

        if (!RequestBody.TryPeek(content, out ReadOnlyMemory<byte> bytes))
        {
            return null;
        }

        var hash = default(HashCode);
        hash.AddBytes(bytes.Span);
        return hash.ToHashCode();
    }
}
