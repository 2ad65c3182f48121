using System.Net.Http.Headers;
using System.Text;
using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>
/// The request fields that a stored answer was chosen by, and their values (RFC 9111 §4.1), in a normal form that keeps the meaning: lines joined, space around
/// commas dropped, and lower case where the field ignores case. Secrets are kept as digests. A missing field is not an empty one.
/// </summary>
internal sealed class SelectingFields
{
    public static readonly SelectingFields None = new([], []);

    // Stands for fields that a handler below sets. Such a name is on no request, so it fits all of them.
    private const string Below = "";

    private readonly string[] _names;
    private readonly string?[] _values;

    public SelectingFields(string[] names, string?[] values)
    {
        _names = names;
        _values = values;
        IsChosenBelow = names is [.., Below];
    }

    public int Count => _names.Length;

    /// <summary>Some of the values were set by a handler below and can't be known before a request is sent: the server has to confirm each use.</summary>
    public bool IsChosenBelow { get; }

    public string NameAt(int index) => _names[index];

    public string? ValueAt(int index) => _values[index];

    /// <summary>The values that a request has for the fields of a Vary.</summary>
    public static SelectingFields Of(FieldLines vary, ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, CredentialDigests digests) =>
        Of(VaryNames.Parse(vary), request, digests);

    /// <summary>The values that a request has for some fields, named in lower case.</summary>
    public static SelectingFields Of(
        string[] names, ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, CredentialDigests digests, bool isChosenBelow = false)
    {
        if (names.Length == 0)
        {
            return None;
        }

        if (isChosenBelow)
        {
            names = [.. names, Below];
        }

        string?[] values = new string?[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            FieldLines lines = FieldLines.Of(names[i], request);
            values[i] = lines.IsEmpty ? null : Normal(names[i], lines, digests);
        }

        return new SelectingFields(names, values);
    }

    public bool Match(ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, CredentialDigests digests)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            FieldLines lines = FieldLines.Of(_names[i], request);
            if (lines.IsEmpty != (_values[i] is null))
            {
                return false;
            }

            // Mostly a value came in its normal form, which costs no more than comparing.
            if (!lines.IsEmpty && (lines.Count != 1 || lines.First != _values[i]) && Normal(_names[i], lines, digests) != _values[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether two values of a field mean the same.</summary>
    public static bool AreSame(string name, FieldLines a, FieldLines b, CredentialDigests digests) =>
        a.SameAs(b) || (!a.IsEmpty && !b.IsEmpty && Normal(name, a, digests) == Normal(name, b, digests));

    internal static string Normal(string name, FieldLines lines, CredentialDigests digests)
    {
        if (RequestFields.IsSecret(name))
        {
            return digests.Of(name, lines.ToString());
        }

        string joined = lines.ToString();
        string normal = IsNormal(joined) ? joined : Tightened(joined);
        return IgnoresCase(name) ? normal.ToLowerInvariant() : normal;
    }

    // Language tags (RFC 4647), content codings and charsets (RFC 9110 §8.3.2, §8.4.1) ignore case.
    private static bool IgnoresCase(string name) => name is "accept-language" or "accept-encoding" or "accept-charset";

    private static bool IsNormal(string value) => !value.AsSpan().ContainsAny(' ', '\t');

    /// <summary>Without the space at both ends and around commas; what stands in quotes stays as it is.</summary>
    private static string Tightened(string value)
    {
        var tight = new StringBuilder(value.Length);
        ReadOnlySpan<char> rest = value;
        while (true)
        {
            int end = HeaderLines.EndOfMember(rest, out _);
            tight.Append(HeaderLines.Trim(rest[..end]));
            if (end == rest.Length)
            {
                return tight.ToString();
            }

            tight.Append(',');
            rest = rest[(end + 1)..];
        }
    }
}
