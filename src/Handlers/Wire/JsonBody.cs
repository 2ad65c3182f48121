using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Handlers.Wire;

/// <summary>
/// Looks values up in a small JSON body by path, without a document model. A body that is too large, nested deeper than 64, or not JSON from the first
/// byte to the last is empty, and in an empty body nothing is found. Of duplicate names the first counts. A name asked of an array is asked of its
/// first element: <c>errors[0].extensions.code</c> is <c>"errors", "extensions", "code"</c>, and an error wrapped in <c>[ ]</c> reads like a bare one.
/// </summary>
internal readonly ref struct JsonBody
{
    /// <summary>A backstop; whoever peeks at a response stops much earlier.</summary>
    public const int MaxBytes = 1024 * 1024;

    private readonly ReadOnlySpan<byte> json;

    private JsonBody(ReadOnlySpan<byte> json) => this.json = json;

    /// <summary>Nothing to be found: no JSON, or no value at the path.</summary>
    public bool IsEmpty => json.IsEmpty;

    /// <summary>The value is an object.</summary>
    public bool IsObject => !json.IsEmpty && json[0] == (byte)'{';

    /// <summary>The value is an array.</summary>
    public bool IsArray => !json.IsEmpty && json[0] == (byte)'[';

    /// <summary>Checks the whole body once, so that no look-up can come upon anything malformed later.</summary>
    public static JsonBody Open(ReadOnlySpan<byte> utf8)
    {
        utf8 = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        utf8 = utf8.Trim(" \t\r\n"u8);

        // Most of what is no JSON (HTML, plain text) is known by its first byte, which spares the exception below.
        bool mayBeJson = utf8.Length is > 0 and <= MaxBytes && utf8[0] is (byte)'{' or (byte)'[';
        return mayBeJson && Utf8.IsValid(utf8) && IsWellFormed(utf8) ? new JsonBody(utf8) : default;
    }

    /// <summary>A string, or the text of a number or boolean.</summary>
    public bool TryGetString([NotNullWhen(true)] out string? value, params ReadOnlySpan<string> path)
    {
        value = TryFind(path, out Utf8JsonReader reader)
            ? reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            }
            : null;
        return value is not null;
    }

    /// <summary>A whole number, also when it is written as a string, as protobuf's JSON writes 64-bit integers.</summary>
    public bool TryGetInt64(out long value, params ReadOnlySpan<string> path)
    {
        value = 0;
        return TryFind(path, out Utf8JsonReader reader)
            && reader.TokenType is JsonTokenType.Number or JsonTokenType.String
            && Utf8Parser.TryParse(reader.ValueSpan, out value, out int length)
            && length == reader.ValueSpan.Length;
    }

    /// <summary>Whether the string at the path is exactly <paramref name="expected"/>, without making a string of it.</summary>
    public bool Has(string expected, params ReadOnlySpan<string> path) =>
        TryFind(path, out Utf8JsonReader reader) && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(expected);

    /// <summary>Whether there is an object at the path, some member of which is not null.</summary>
    public bool HasMembers(params ReadOnlySpan<string> path)
    {
        if (!TryFind(path, out Utf8JsonReader reader) || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The part of the body at the path, to look further from there.</summary>
    public JsonBody At(params ReadOnlySpan<string> path) => TryFind(path, out Utf8JsonReader reader) ? new JsonBody(json[Extent(ref reader)]) : default;

    /// <summary>The elements of the array at the path, each a body of its own; none if there is no array.</summary>
    public Elements EnumerateArray(params ReadOnlySpan<string> path)
    {
        JsonBody array = At(path);
        return new Elements(array.IsArray ? array.json : default);
    }

    private static bool IsWellFormed(ReadOnlySpan<byte> utf8)
    {
        char[]? scratch = null;
        try
        {
            Utf8JsonReader reader = new(utf8);
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    // Escaped lone surrogates pass Read and fail when the text is asked for.
                    scratch ??= ArrayPool<char>.Shared.Rent(utf8.Length);
                    reader.CopyString(scratch);
                }
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            if (scratch is not null)
            {
                ArrayPool<char>.Shared.Return(scratch);
            }
        }
    }

    private bool TryFind(ReadOnlySpan<string> path, out Utf8JsonReader reader)
    {
        reader = new Utf8JsonReader(json);
        if (json.IsEmpty || !reader.Read())
        {
            return false;
        }

        foreach (string name in path)
        {
            while (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
            }

            if (reader.TokenType != JsonTokenType.StartObject || !TryEnter(ref reader, name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>From the start of an object to the value of one of its members; false when it has none of that name.</summary>
    internal static bool TryEnter(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static Range Extent(scoped ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    /// <summary>Walks an array in one pass.</summary>
    public ref struct Elements
    {
        private readonly ReadOnlySpan<byte> array;
        private Utf8JsonReader reader;

        internal Elements(ReadOnlySpan<byte> array)
        {
            this.array = array;
            reader = new Utf8JsonReader(array);
            if (!array.IsEmpty)
            {
                reader.Read();
            }
        }

        public JsonBody Current { get; private set; }

        public readonly Elements GetEnumerator() => this;

        public bool MoveNext()
        {
            if (array.IsEmpty || !reader.Read() || reader.TokenType == JsonTokenType.EndArray)
            {
                return false;
            }

            Current = new JsonBody(array[Extent(ref reader)]);
            return true;
        }
    }
}
