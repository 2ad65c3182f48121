using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>Which fields of an answer are stored (RFC 9111 §3.1), and how a confirmation updates them (§3.2).</summary>
internal static class StoredFields
{
    // RFC 9110 §7.6.1, and what speaks to a proxy. Age is ours to compute.
    private static readonly string[] NeverStored =
    [
        "Age", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "Proxy-Connection", "TE",
        "Transfer-Encoding", "Upgrade",
    ];

    private static readonly HeaderNames Dropped = new(NeverStored);

    // They describe the body that we have, not the one that a 304 would have had.
    private static readonly string[] NeverUpdated = ["Content-Length", "Content-Encoding", "Content-Range"];

    /// <summary>The response's fields, with the Date that a recipient with a clock has to add when there is none (RFC 9110 §6.6.1).</summary>
    public static StoredField[] Collect(ReadOnlySpan<StoredField> headers, in ResponseHead head, DateTimeOffset received)
    {
        var fields = new StoredField[headers.Length + (head.Date is null ? 1 : 0)];
        int count = 0;
        foreach (StoredField field in headers)
        {
            if (IsStored(field.Name, head))
            {
                fields[count++] = field;
            }
        }

        if (head.Date is null)
        {
            fields[count++] = new StoredField("Date", new FieldLines(received.ToString("R")));
        }

        Array.Resize(ref fields, count);
        return fields;
    }

    /// <summary>The fields that describe the body.</summary>
    public static StoredField[] Collect(HttpContentHeaders headers, in ResponseHead head)
    {
        HttpHeadersNonValidated raw = headers.NonValidated;
        var fields = new StoredField[raw.Count];
        int count = 0;
        foreach ((string name, HeaderStringValues lines) in raw)
        {
            if (IsStored(name, head))
            {
                fields[count++] = new StoredField(name, new FieldLines(lines));
            }
        }

        Array.Resize(ref fields, count);
        return fields;
    }

    /// <summary>Every field of the newer answer replaces all lines of the older one.</summary>
    public static StoredField[] Update(StoredField[] stored, StoredField[] newer)
    {
        var merged = new List<StoredField>(stored.Length + newer.Length);
        foreach (StoredField field in stored)
        {
            StoredField? update = Find(newer, field.Name);
            merged.Add(update is { } found && !IsIn(NeverUpdated, field.Name) ? found : field);
        }

        foreach (StoredField field in newer)
        {
            if (Find(stored, field.Name) is null && !IsIn(NeverUpdated, field.Name))
            {
                merged.Add(field);
            }
        }

        return [.. merged];
    }

    private static bool IsStored(string name, in ResponseHead head) =>
        !(Dropped.MayContain(name) && IsIn(NeverStored, name))
        && (head.Connection.IsEmpty || !IsListed(head.Connection, name))
        && (head.Directives.NoCacheFields is not { } fields || !IsListed(new FieldLines(fields), name));

    private static StoredField? Find(StoredField[] fields, string name)
    {
        foreach (StoredField field in fields)
        {
            if (field.Is(name))
            {
                return field;
            }
        }

        return null;
    }

    private static bool IsIn(string[] names, string name)
    {
        foreach (string known in names)
        {
            if (known.Length == name.Length && known.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsListed(FieldLines list, string name)
    {
        for (int i = 0; i < list.Count; i++)
        {
            ReadOnlySpan<char> line = list[i];
            foreach (Range part in line.Split(','))
            {
                if (HeaderLines.Trim(line[part]).Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
