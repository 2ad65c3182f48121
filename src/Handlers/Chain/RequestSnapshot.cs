using System.Net.Http.Headers;
using Handlers.ResponseCaching;

namespace Handlers;

/// <summary>
/// The request as the caller made it. The wire below changes the message: a redirect rewrites method, URI, content and headers of the same object, an auth
/// handler adds headers. Each attempt starts from this again, and keys and interpretations use it.
/// </summary>
/// <remarks>Filled in place, inside the call: copying a struct of many references into the heap costs more than all of its reads.</remarks>
internal struct RequestSnapshot
{
    private Version _version;
    private HttpVersionPolicy _versionPolicy;
    private KeyValuePair<string, HeaderStringValues>[] _headers;
    private More? _more;

    public void Take(HttpRequestMessage request)
    {
        Method = request.Method;
        Uri = request.RequestUri;
        _version = request.Version;
        _versionPolicy = request.VersionPolicy;
        _headers = Copy(request.Headers.NonValidated);

        // Foreign entries are rare. Our own is there already when the caller brought options, or when the snapshot is taken anew.
        IDictionary<string, object?> options = request.Options;
        bool hasForeign = options.Count > 1 || (options.Count == 1 && !options.ContainsKey(CallEntry.Key.Key));
        _more = request.Content is null && !hasForeign
            ? null
            : new More(request.Content, request.Content is { } content ? Copy(content.Headers.NonValidated) : [], hasForeign ? [.. options] : []);
    }

    public HttpMethod Method { get; private set; }

    public Uri? Uri { get; private set; }

    public readonly HttpContent? Content => _more?.Content;

    private readonly ReadOnlySpan<KeyValuePair<string, object?>> Options => _more is { } more ? more.Options : [];

    public readonly ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> Headers => _headers;

    public readonly string? HeaderOf(string name)
    {
        foreach ((string candidate, HeaderStringValues values) in _headers)
        {
            if (candidate.Length == name.Length && candidate.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return values.ToString();
            }
        }

        return null;
    }

    /// <summary>Whether a message has these header fields and no others: nobody below has set one.</summary>
    public readonly bool HasFieldsOf(HttpRequestMessage request)
    {
        HttpHeadersNonValidated fields = request.Headers.NonValidated;
        if (fields.Count != _headers.Length)
        {
            return false;
        }

        int i = 0;
        foreach ((string name, HeaderStringValues lines) in fields)
        {
            (string before, HeaderStringValues linesBefore) = _headers[i++];
            if (name != before || !new FieldLines(lines).SameAs(new FieldLines(linesBefore)))
            {
                return false;
            }
        }

        return true;
    }

    public readonly void Restore(HttpRequestMessage request)
    {
        request.Method = Method;
        request.RequestUri = Uri;
        request.Version = _version;
        request.VersionPolicy = _versionPolicy;
        request.Content = Content;
        Restore(request.Headers, _headers);
        if (_more is { Content: { } content } more)
        {
            Restore(content.Headers, more.ContentHeaders);
        }

        RestoreOptions(request);
    }

    /// <summary>A message of its own with the same head; options of other handlers go with it, ours don't.</summary>
    public readonly HttpRequestMessage Copy(HttpContent? content)
    {
        var copy = new HttpRequestMessage(Method, Uri) { Version = _version, VersionPolicy = _versionPolicy, Content = content };
        foreach ((string name, HeaderStringValues values) in _headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        IDictionary<string, object?> options = copy.Options;
        foreach (KeyValuePair<string, object?> option in Options)
        {
            if (option.Key != CallEntry.Key.Key)
            {
                options[option.Key] = option.Value;
            }
        }

        return copy;
    }

    private static KeyValuePair<string, HeaderStringValues>[] Copy(HttpHeadersNonValidated headers)
    {
        int count = headers.Count;
        if (count == 0)
        {
            return [];
        }

        var copy = new KeyValuePair<string, HeaderStringValues>[count];
        int i = 0;
        foreach (KeyValuePair<string, HeaderStringValues> header in headers)
        {
            copy[i++] = header;
        }

        return copy;
    }

    private static void Restore(HttpHeaders headers, KeyValuePair<string, HeaderStringValues>[] original)
    {
        headers.Clear();
        foreach ((string name, HeaderStringValues values) in original)
        {
            headers.TryAddWithoutValidation(name, values);
        }
    }

    private readonly void RestoreOptions(HttpRequestMessage request)
    {
        IDictionary<string, object?> options = request.Options;
        if (Options.IsEmpty && options.Count <= 1)
        {
            return;
        }

        bool known = options.TryGetValue(CallEntry.Key.Key, out object? own);
        options.Clear();
        foreach (KeyValuePair<string, object?> option in Options)
        {
            options[option.Key] = option.Value;
        }

        if (known)
        {
            options[CallEntry.Key.Key] = own;
        }
    }

    /// <summary>What most requests don't have: a body, and options of other handlers.</summary>
    private sealed record More(HttpContent? Content, KeyValuePair<string, HeaderStringValues>[] ContentHeaders, KeyValuePair<string, object?>[] Options);
}
