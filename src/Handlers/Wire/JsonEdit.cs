using System.Text.Json;

namespace Handlers.Wire;

/// <summary>Changes one member of a JSON body and leaves every other byte as it is. Null where the body is no JSON or the place is not there.</summary>
internal static class JsonEdit
{
    private static ReadOnlySpan<byte> Mark => "\uFEFF"u8;

    /// <summary>Puts a member first into the object at the path.</summary>
    public static byte[]? Insert(ReadOnlySpan<byte> utf8, string name, string value, params ReadOnlySpan<string> path)
    {
        if (!TryFind(utf8, path, out Utf8JsonReader reader) || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        int at = Offset(utf8) + (int)reader.BytesConsumed;
        reader.Read();
        string comma = reader.TokenType == JsonTokenType.EndObject ? "" : ",";
        return Splice(utf8, at, at, $"{Quoted(name)}:{Quoted(value)}{comma}");
    }

    /// <summary>Gives the string at the path another value.</summary>
    public static byte[]? Replace(ReadOnlySpan<byte> utf8, string value, params ReadOnlySpan<string> path)
    {
        if (!TryFind(utf8, path, out Utf8JsonReader reader) || reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        int offset = Offset(utf8);
        return Splice(utf8, offset + (int)reader.TokenStartIndex, offset + (int)reader.BytesConsumed, Quoted(value));
    }

    private static bool TryFind(ReadOnlySpan<byte> utf8, ReadOnlySpan<string> path, out Utf8JsonReader reader)
    {
        reader = default;
        if (JsonBody.Open(utf8).IsEmpty)
        {
            return false;
        }

        reader = new Utf8JsonReader(utf8[Offset(utf8)..]);
        reader.Read();
        foreach (string name in path)
        {
            if (reader.TokenType != JsonTokenType.StartObject || !JsonBody.TryEnter(ref reader, name))
            {
                return false;
            }
        }

        return true;
    }

    private static int Offset(ReadOnlySpan<byte> utf8) => utf8.StartsWith(Mark) ? Mark.Length : 0;

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static byte[] Splice(ReadOnlySpan<byte> utf8, int from, int to, string text) =>
        [.. utf8[..from], .. System.Text.Encoding.UTF8.GetBytes(text), .. utf8[to..]];
}
