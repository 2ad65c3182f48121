using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Handlers.ResponseCaching;

/// <summary>
/// The fields of a stored answer as a message keeps them, made once and copied into each answer. Adding two dozen fields one by one takes 1.7 µs, more than all else
/// about a hit; the copy takes a tenth of that (<c>docs/decisions/fields-are-copied-whole.md</c>). Raw and never read: reading the typed way would rewrite them.
/// </summary>
internal sealed class FieldTemplate
{
    // Looked at once: the next runtime may not have it any more.
    private static readonly bool CopiesWhole = TryCopyWhole();

    private readonly HttpResponseHeaders _headers;
    private readonly HttpContentHeaders _contentHeaders;

    public FieldTemplate(StoredField[] headers, StoredField[] contentHeaders)
    {
        // Nothing but its fields is used; there is nothing to dispose.
        var message = new HttpResponseMessage();
        _headers = message.Headers;
        _contentHeaders = message.Content.Headers;
        Add(headers, _headers);
        Add(contentHeaders, _contentHeaders);
    }

    /// <summary>Puts the fields on a message that has none yet.</summary>
    public void CopyTo(HttpResponseHeaders headers) => Copy(_headers, headers);

    /// <summary>Puts the fields that describe the body on a content that has none yet.</summary>
    public void CopyTo(HttpContentHeaders headers) => Copy(_contentHeaders, headers);

    internal static void CopyOneByOne(HttpHeaders from, HttpHeaders to)
    {
        foreach ((string name, HeaderStringValues lines) in from.NonValidated)
        {
            new FieldLines(lines).AddTo(to, name);
        }
    }

    private static void Add(StoredField[] fields, HttpHeaders to)
    {
        foreach (StoredField field in fields)
        {
            field.Lines.AddTo(to, field.Name);
        }
    }

    private static void Copy(HttpHeaders from, HttpHeaders to)
    {
        if (CopiesWhole)
        {
            AddHeaders(to, from);
        }
        else
        {
            CopyOneByOne(from, to);
        }
    }

    private static bool TryCopyWhole()
    {
        using var from = new HttpResponseMessage();
        using var to = new HttpResponseMessage();
        from.Headers.TryAddWithoutValidation("Vary", ["a", "b"]);
        try
        {
            AddHeaders(to.Headers, from.Headers);
            return to.Headers.NonValidated.TryGetValues("Vary", out HeaderStringValues lines) && lines.Count == 2;
        }
        catch (MissingMethodException)
        {
            return false;
        }
    }

    // What HttpClient itself does with its default request headers.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "AddHeaders")]
    private static extern void AddHeaders(HttpHeaders to, HttpHeaders from);
}
