using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Handlers.Testing;

/// <summary>A request as it reaches a <see cref="ProviderTwin"/>.</summary>
public sealed class TwinRequest
{
    private readonly Dictionary<string, string> _headers;
    private JsonElement? _json;

    internal TwinRequest(int number, string method, Uri uri, Dictionary<string, string> headers)
    {
        Number = number;
        Method = method;
        Uri = uri;
        Path = uri.AbsolutePath;
        _headers = headers;
    }

    /// <summary>Its number in order of sending, from 1.</summary>
    public int Number { get; }

    /// <summary>The method, in upper case.</summary>
    public string Method { get; }

    /// <summary>The absolute URI.</summary>
    public Uri Uri { get; }

    /// <summary>The URI's path, without the query.</summary>
    public string Path { get; }

    /// <summary>The body; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; internal set; }

    /// <summary>The body as JSON; an undefined element when it is none.</summary>
    public JsonElement Json => _json ??= Parse();

    internal bool IsRead => Method is "GET" or "HEAD";

    /// <summary>Latest named instant by quota, of the refusals that had reached the client when this left; null when only the wire knows.</summary>
    internal ImmutableDictionary<string, long>? Known { get; set; }

    /// <summary>What the answer will carry: taken when the call was admitted, as providers do.</summary>
    internal List<KeyValuePair<string, string>> AnswerHeaders { get; } = [];

    /// <summary>What the call was charged, for twins that settle later.</summary>
    internal double Cost { get; set; }

    /// <summary>A header's value; several are joined with a comma; null when it is missing.</summary>
    public string? Header(string name) => _headers.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Uri.PathAndQuery}";

    internal static TwinRequest From(int number, HttpRequestMessage request)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            headers[name] = values.ToString();
        }

        if (request.Content is not null)
        {
            foreach (var (name, values) in request.Content.Headers.NonValidated)
            {
                headers[name] = values.ToString();
            }
        }

        Uri uri = request.RequestUri ?? throw new InvalidOperationException("The request has no URI; set HttpClient.BaseAddress or an absolute URI.");
        return new TwinRequest(number, request.Method.Method.ToUpperInvariant(), uri, headers);
    }

    /// <summary>As <paramref name="client"/> would send it to <paramref name="twin"/>, body included.</summary>
    internal static TwinRequest Read(int number, Func<HttpRequestMessage> make, HttpClient client, ProviderTwin twin)
    {
        using HttpRequestMessage request = make();
        request.RequestUri = new Uri(client.BaseAddress ?? twin.BaseAddress, request.RequestUri ?? new Uri("", UriKind.Relative));
        foreach (var (name, values) in client.DefaultRequestHeaders.NonValidated)
        {
            if (!request.Headers.NonValidated.Contains(name))
            {
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
            }
        }

        TwinRequest read = From(number, request);
        if (request.Content is { } content)
        {
            using var body = new MemoryStream();
            content.CopyTo(body, context: null, CancellationToken.None);
            read.Body = body.ToArray();
        }

        return read;
    }

    internal string BodyText() => Encoding.UTF8.GetString(Body.Span);

    private JsonElement Parse()
    {
        try
        {
            return Body.IsEmpty ? default : JsonElement.Parse(Body.Span);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
