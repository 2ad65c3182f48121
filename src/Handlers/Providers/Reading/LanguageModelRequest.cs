using System.Text;
using System.Text.Json;

namespace Handlers.Providers;

/// <summary>What a request to a language model says about itself, for the estimate of its cost and the choice of its quota.</summary>
/// <param name="Model">The model asked for; null when the body can't be seen or has none.</param>
/// <param name="InputTokens">The text in the request at four characters a token, the rule of thumb that the providers give; 0 when unknown.</param>
/// <param name="MaxOutputTokens">The most tokens that the answers may have; 0 when unknown. It counts at admission, so it is charged before it is used.</param>
/// <param name="HasConversation">Whether the call appends to a conversation that the server keeps, which makes its replay do something twice.</param>
internal readonly record struct LanguageModelRequest(string? Model, long InputTokens, long MaxOutputTokens, bool HasConversation)
{
    /// <summary>No request costs more: a bound against nonsense in a body, not a limit of any model.</summary>
    public const long MostTokens = 10_000_000;

    private const int CharactersPerToken = 4;

    public static LanguageModelRequest Read(HttpContent? content)
    {
        if (!RequestBody.TryPeek(content, out ReadOnlyMemory<byte> body))
        {
            // A JSON body of known length is nearly all text. Uploads are not, and multipart is no JSON.
            return RequestBody.IsJson(content) ? new(null, Bound(RequestBody.LengthOf(content) / CharactersPerToken ?? 0), 0, false) : default;
        }

        try
        {
            return Read(body.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static LanguageModelRequest Read(ReadOnlySpan<byte> body)
    {
        Utf8JsonReader reader = new(body);
        string? model = null;
        long characters = 0;
        long maxOutput = 0;
        long choices = 1;
        bool hasConversation = false;
        bool isText = true;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when reader.CurrentDepth > 1:
                    isText = IsText(reader);
                    break;
                case JsonTokenType.PropertyName when reader.ValueTextEquals("model"u8):
                    reader.Read();
                    model = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    break;
                case JsonTokenType.PropertyName when IsOutputBound(reader):
                    maxOutput = Math.Max(maxOutput, ReadCount(ref reader));
                    break;
                case JsonTokenType.PropertyName when reader.ValueTextEquals("n"u8):
                    choices = Math.Clamp(ReadCount(ref reader), 1, 128);
                    break;
                case JsonTokenType.PropertyName when reader.ValueTextEquals("conversation"u8):
                    reader.Read();
                    hasConversation = reader.TokenType != JsonTokenType.Null;
                    isText = false;
                    break;
                case JsonTokenType.PropertyName:
                    isText = true;
                    break;
                case JsonTokenType.String when isText:
                    characters += Encoding.UTF8.GetCharCount(reader.ValueSpan);
                    break;
                default:
                    break;
            }
        }

        return new(model, Bound((characters + CharactersPerToken - 1) / CharactersPerToken), Bound(maxOutput * choices), hasConversation);
    }

    // Pictures and files come as base64 or addresses; roles, types and ids are a token or two.
    private static bool IsText(in Utf8JsonReader name) =>
        !(name.ValueTextEquals("data"u8) || name.ValueTextEquals("url"u8) || name.ValueTextEquals("image_url"u8) || name.ValueTextEquals("file_data"u8)
            || name.ValueTextEquals("role"u8) || name.ValueTextEquals("type"u8) || name.ValueTextEquals("id"u8) || name.ValueTextEquals("mimeType"u8));

    private static bool IsOutputBound(in Utf8JsonReader name) =>
        name.ValueTextEquals("max_tokens"u8) || name.ValueTextEquals("max_completion_tokens"u8) || name.ValueTextEquals("max_output_tokens"u8);

    private static long ReadCount(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long count) ? Bound(count) : 0;

    private static long Bound(long tokens) => Math.Clamp(tokens, 0, MostTokens);
}
