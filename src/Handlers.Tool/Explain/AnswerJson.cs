using System.Text;
using System.Text.Json;

namespace Handlers.Tool.Explain;

/// <summary>Reads an answer from JSON: <c>request</c> (<c>method</c>, <c>url</c>, <c>headers</c>, <c>body</c>), <c>status</c>, <c>headers</c>, <c>body</c>, <c>now</c>.</summary>
internal static class AnswerJson
{
    /// <exception cref="BadAnswerException">It is no JSON, or something is missing or of the wrong kind.</exception>
    public static AnswerRecord Read(ReadOnlyMemory<byte> utf8, DateTimeOffset localNow)
    {
        using JsonDocument document = Parse(utf8);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new BadAnswerException("the file must hold one object with request, status, headers and body");
        }

        if (!root.TryGetProperty("request", out _) && !root.TryGetProperty("status", out _))
        {
            throw new BadAnswerException("request and status are missing; a body alone says too little: give its headers as well, as curl -i prints them");
        }

        JsonElement request = Member(root, "request", "request", JsonValueKind.Object);
        return new AnswerRecord
        {
            Method = MethodOf(Member(request, "method", "request.method", JsonValueKind.String).GetString()!),
            Url = UrlOf(Member(request, "url", "request.url", JsonValueKind.String).GetString()!),
            RequestHeaders = HeadersOf(request, "request.headers"),
            RequestBody = request.TryGetProperty("body", out JsonElement sent) ? BodyOf(sent) : null,
            Status = StatusOf(root),
            Headers = HeadersOf(root, "headers"),
            Body = root.TryGetProperty("body", out JsonElement body) ? BodyOf(body) ?? [] : [],
            Now = NowOf(root) ?? localNow,
        };
    }

    public static HttpMethod MethodOf(string text)
    {
        try
        {
            return HttpMethod.Parse(text);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException)
        {
            throw new BadAnswerException($"\"{text}\" is no HTTP method");
        }
    }

    public static Uri UrlOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url
            : throw new BadAnswerException("the request's url must be absolute, such as https://api.github.com/user");

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
        }
        catch (JsonException failure)
        {
            throw new BadAnswerException(utf8.Span.Trim(" \t\r\n"u8).IsEmpty
                ? "it is empty; give an answer with its headers, as curl -i prints it, or as JSON"
                : $"neither what curl -i prints, which begins with HTTP/, nor valid JSON (line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1})");
        }
    }

    private static JsonElement Member(JsonElement parent, string name, string path, JsonValueKind kind)
    {
        if (!parent.TryGetProperty(name, out JsonElement member))
        {
            throw new BadAnswerException($"{path} is missing");
        }

        return member.ValueKind == kind ? member : throw new BadAnswerException($"{path} must be {Spell(kind)}, not {Spell(member.ValueKind)}");
    }

    private static int StatusOf(JsonElement root) =>
        Member(root, "status", "status", JsonValueKind.Number).TryGetInt32(out int status) && status is >= 100 and <= 999
            ? status
            : throw new BadAnswerException("status must be a number from 100 to 999");

    private static DateTimeOffset? NowOf(JsonElement root)
    {
        if (!root.TryGetProperty("now", out JsonElement now) || now.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return now.ValueKind == JsonValueKind.String && now.TryGetDateTimeOffset(out DateTimeOffset instant)
            ? instant
            : throw new BadAnswerException("now must be an instant such as \"2026-11-21T12:00:00Z\"");
    }

    private static List<(string Name, string Value)> HeadersOf(JsonElement parent, string path)
    {
        List<(string Name, string Value)> headers = [];
        if (!parent.TryGetProperty("headers", out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return headers;
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            throw new BadAnswerException($"{path} must be {Spell(JsonValueKind.Object)}, not {Spell(given.ValueKind)}");
        }

        foreach (JsonProperty header in given.EnumerateObject())
        {
            CheckName(header.Name, path);
            if (header.Value.ValueKind == JsonValueKind.Array)
            {
                headers.AddRange(header.Value.EnumerateArray().Select(line => (header.Name, LineOf(line, header.Name, path))));
            }
            else
            {
                headers.Add((header.Name, LineOf(header.Value, header.Name, path)));
            }
        }

        return headers;
    }

    private static void CheckName(string name, string path)
    {
        using HttpRequestMessage probe = new();
        bool isName = probe.Headers.TryAddWithoutValidation(name, "") || new ByteArrayContent([]).Headers.TryAddWithoutValidation(name, "")
            || new HttpResponseMessage().Headers.TryAddWithoutValidation(name, "");
        if (!isName)
        {
            throw new BadAnswerException($"{path}: \"{name}\" is no header name");
        }
    }

    private static string LineOf(JsonElement value, string name, string path) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new BadAnswerException($"{path}.{name} must be text, or an array of text for several lines"),
    };

    private static byte[]? BodyOf(JsonElement body) => body.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => Encoding.UTF8.GetBytes(body.GetString()!),
        _ => Encoding.UTF8.GetBytes(body.GetRawText()),
    };

    private static string Spell(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
