using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>The lines of one field exactly as they came: one text, or several. What is stored and what has just arrived look the same through it.</summary>
internal readonly struct FieldLines
{
    private readonly object? _value;

    public FieldLines(string line) => _value = line;

    public FieldLines(string[] lines) => _value = lines is [var only] ? only : lines;

    public FieldLines(HeaderStringValues lines) => _value = lines.Count == 1 ? lines.ToString() : Several(lines);

    /// <summary>The lines of one field among many; none when it is not there.</summary>
    public static FieldLines Of(string name, ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> fields)
    {
        foreach (KeyValuePair<string, HeaderStringValues> field in fields)
        {
            if (field.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return new FieldLines(field.Value);
            }
        }

        return default;
    }

    public bool IsEmpty => _value is null;

    public int Count => _value switch
    {
        null => 0,
        string => 1,
        _ => ((string[])_value).Length,
    };

    public string? First => _value as string ?? (_value is string[] lines && lines.Length > 0 ? lines[0] : null);

    public string this[int index] => _value as string ?? ((string[])_value!)[index];

    /// <summary>The one value of a field that is no list; null when there is none, or when several contradict each other.</summary>
    public string? Single
    {
        get
        {
            for (int i = 1; i < Count; i++)
            {
                if (this[i] != this[0])
                {
                    return null;
                }
            }

            return First;
        }
    }

    public bool SameAs(FieldLines other)
    {
        int count = Count;
        for (int i = 0; i < count; i++)
        {
            if (count != other.Count || this[i] != other[i])
            {
                return false;
            }
        }

        return count == other.Count;
    }

    public void AddTo(HttpHeaders headers, string name)
    {
        if (_value is string line)
        {
            headers.TryAddWithoutValidation(name, line);
        }
        else if (_value is string[] lines)
        {
            headers.TryAddWithoutValidation(name, lines);
        }
    }

    public override string ToString() => _value as string ?? string.Join(", ", _value as string[] ?? []);

    private static string[] Several(HeaderStringValues lines)
    {
        string[] copy = new string[lines.Count];
        int i = 0;
        foreach (string line in lines)
        {
            copy[i++] = line;
        }

        return copy;
    }
}
