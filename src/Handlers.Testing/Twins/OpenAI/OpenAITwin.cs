using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// OpenAI's API as far as limits go: refilling buckets of requests and tokens for each model, headers that tell the time until full, chat
/// completions and responses at once or as an event stream. Quotas are named after the model; those of a second key end in #2.
/// </summary>
public sealed class OpenAITwin : ProviderTwin
{
    private const string Answer = "The quick brown fox jumps over the lazy dog.";

    private readonly OpenAITwinOptions _options;
    private readonly Dictionary<(string Key, string Model), OpenAIModel> _models = [];
    private readonly List<string> _keys = [];
    private int _created;

    /// <summary>Makes a twin with limits of a usual size, or the given ones.</summary>
    public OpenAITwin(OpenAITwinOptions? options = null, TimeProvider? timeProvider = null)
        : base(options ??= new OpenAITwinOptions(), timeProvider) => _options = options;

    /// <inheritdoc/>
    public override Uri BaseAddress { get; } = new("https://api.openai.com/v1/");

    /// <summary>Whether the account has run out of money: every call is answered 429 insufficient_quota.</summary>
    public bool InsufficientQuota { get; set; }

    private protected override IEnumerable<string> QuotasOf(TwinRequest request) => [ModelOf(request).Quota];

    private protected override TwinReply? Refuse(TwinRequest request)
    {
        if (InsufficientQuota)
        {
            const string Message = "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.";
            return new TwinReply { Status = 429, RefusedBy = "billing", Body = Error(Message, "insufficient_quota", "insufficient_quota") };
        }

        OpenAIModel model = ModelOf(request);
        long now = NowTicks;
        request.Cost = IsInference(request) ? ChargeOf(request) : 0;
        bool requests = model.Requests.Fits(now, 1);
        bool tokens = model.Tokens.Fits(now, request.Cost);
        if (requests && tokens)
        {
            model.Requests.Take(now, 1);
            model.Tokens.Take(now, request.Cost);
            return null;
        }

        if (_options.RefusalsCost)
        {
            model.Requests.Take(now, 1);
        }

        return request.Cost > model.Tokens.Limit ? TooLarge(request, model, now) : Limited(request, model, requests, now);
    }

    private protected override TwinReply Execute(TwinRequest request)
    {
        OpenAIModel model = ModelOf(request);
        long now = NowTicks;
        int used = _options.UsedTokensOf?.Invoke(request) ?? (int)request.Cost;
        if (_options.RefundsToUsage)
        {
            model.Tokens.Return(now, request.Cost - used);
        }

        return Respond(request, used).With(Budget(request, model, now));
    }

    private protected override IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request)
    {
        OpenAIModel model = ModelOf(request);
        int charge = IsInference(request) ? ChargeOf(request) : 0;
        yield return (model.Requests, 1);
        yield return (model.Tokens, _options.RefundsToUsage ? _options.UsedTokensOf?.Invoke(request) ?? charge : charge);
    }

    private protected override ProviderTwin Anew() => new OpenAITwin(_options, Time);

    // An inference changes nothing; what it costs is counted elsewhere.
    private protected override string? EffectOf(TwinRequest request) => request.Method == "POST" && !IsInference(request) ? WriteKey(request) : null;

    private protected override string ErrorBody(int status) =>
        """{"error":{"message":"Our servers are currently overloaded. Please try again later.","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}}""";

    private TwinReply Limited(TwinRequest request, OpenAIModel model, bool requestsFit, long now)
    {
        long wait = Math.Max(model.Requests.FitsAt(now, 1), model.Tokens.FitsAt(now, request.Cost)) - now;
        RefillingBucket bucket = requestsFit ? model.Tokens : model.Requests;
        string what = requestsFit ? "tokens per min (TPM)" : "requests per min (RPM)";
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"Rate limit reached for {NameOf(request)} in organization org-twin on {what}: Limit {bucket.Limit:F0}, Used {bucket.Limit - Math.Floor(bucket.Remaining(now)):F0}, Requested {(requestsFit ? request.Cost : 1):F0}. Please try again in {Duration(wait)}. Visit https://platform.openai.com/account/rate-limits to learn more.");
        TwinReply reply = new TwinReply { Status = 429, RefusedBy = model.Quota, Body = Error(message, requestsFit ? "tokens" : "requests", "rate_limit_exceeded") }
            .With(Budget(request, model, now));
        if (_options.Hints.HasFlag(OpenAIRetryHints.Seconds))
        {
            RetryAfter(reply, wait);
        }

        if (_options.Hints.HasFlag(OpenAIRetryHints.Milliseconds))
        {
            long milliseconds = (wait + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
            reply.With("retry-after-ms", milliseconds);
            reply.Named = now + (milliseconds * TimeSpan.TicksPerMillisecond); // the finer of the two holds
        }

        return reply;
    }

    private static TwinReply TooLarge(TwinRequest request, OpenAIModel model, long now)
    {
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"Request too large for {NameOf(request)} in organization org-twin on tokens per min (TPM): Limit {model.Tokens.Limit:F0}, Requested {request.Cost:F0}. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.");
        return new TwinReply { Status = 429, RefusedBy = model.Quota, Body = Error(message, "tokens", "rate_limit_exceeded") }.With(Budget(request, model, now));
    }

    private TwinReply Respond(TwinRequest request, int used)
    {
        int input = Math.Min(used, CharactersOf(request) / 4);
        if (request.Path.EndsWith("/chat/completions", StringComparison.Ordinal))
        {
            return IsStream(request) ? ChatStream(request, input, used - input) : TwinReply.Json(200, Chat(request, input, used - input).ToJsonString());
        }

        if (request.Path.EndsWith("/responses", StringComparison.Ordinal) && request.Method == "POST")
        {
            return IsStream(request) ? ResponseStream(request, input, used - input) : TwinReply.Json(200, Response(request, input, used - input, "completed").ToJsonString());
        }

        if (request.Path.EndsWith("/embeddings", StringComparison.Ordinal))
        {
            var vector = new JsonObject { ["object"] = "embedding", ["index"] = 0, ["embedding"] = new JsonArray(0.1, 0.2, 0.3) };
            return TwinReply.Json(200, new JsonObject { ["object"] = "list", ["data"] = new JsonArray(vector), ["model"] = NameOf(request), ["usage"] = new JsonObject { ["prompt_tokens"] = used, ["total_tokens"] = used } }.ToJsonString());
        }

        return request.IsRead
            ? TwinReply.Json(200, """{"object":"list","data":[{"id":"gpt-5","object":"model","created":1763726400,"owned_by":"openai"}]}""")
            : TwinReply.Json(200, new JsonObject { ["id"] = $"obj_{++_created}", ["object"] = "object" }.ToJsonString());
    }

    private JsonObject Chat(TwinRequest request, int input, int output) => new()
    {
        ["id"] = $"chatcmpl-{request.Number}",
        ["object"] = "chat.completion",
        ["created"] = Clock.ToUnixTimeSeconds(),
        ["model"] = NameOf(request),
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = Answer, ["refusal"] = null },
            ["logprobs"] = null,
            ["finish_reason"] = "stop",
        }),
        ["usage"] = new JsonObject { ["prompt_tokens"] = input, ["completion_tokens"] = output, ["total_tokens"] = input + output },
    };

    private TwinReply ChatStream(TwinRequest request, int input, int output)
    {
        var body = new ScriptedBody();
        foreach (string piece in Pieces())
        {
            Event(body, Chunk(new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { ["content"] = piece }, ["finish_reason"] = null })).ToJsonString());
            body.Wait(_options.StreamInterval);
        }

        Event(body, Chunk(new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject(), ["finish_reason"] = "stop" })).ToJsonString());
        if (request.Json.TryGetProperty("stream_options", out JsonElement options) && options.TryGetProperty("include_usage", out JsonElement wanted) && wanted.ValueKind == JsonValueKind.True)
        {
            JsonObject last = Chunk([]);
            last["usage"] = new JsonObject { ["prompt_tokens"] = input, ["completion_tokens"] = output, ["total_tokens"] = input + output };
            Event(body, last.ToJsonString());
        }

        Event(body, "[DONE]");
        return new TwinReply { MediaType = "text/event-stream; charset=utf-8", Body = body };

        JsonObject Chunk(JsonArray choices) => new()
        {
            ["id"] = $"chatcmpl-{request.Number}",
            ["object"] = "chat.completion.chunk",
            ["created"] = Clock.ToUnixTimeSeconds(),
            ["model"] = NameOf(request),
            ["choices"] = choices,
        };
    }

    private JsonObject Response(TwinRequest request, int input, int output, string status) => new()
    {
        ["id"] = $"resp_{request.Number}",
        ["object"] = "response",
        ["created_at"] = Clock.ToUnixTimeSeconds(),
        ["status"] = status,
        ["model"] = NameOf(request),
        ["output"] = new JsonArray(new JsonObject
        {
            ["type"] = "message",
            ["id"] = $"msg_{request.Number}",
            ["status"] = status,
            ["role"] = "assistant",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = Answer, ["annotations"] = new JsonArray() }),
        }),
        ["usage"] = new JsonObject { ["input_tokens"] = input, ["output_tokens"] = output, ["total_tokens"] = input + output },
    };

    private TwinReply ResponseStream(TwinRequest request, int input, int output)
    {
        var body = new ScriptedBody();
        Event(body, new JsonObject { ["type"] = "response.created", ["response"] = Response(request, input, output, "in_progress") }.ToJsonString(), "response.created");
        foreach (string piece in Pieces())
        {
            Event(body, new JsonObject { ["type"] = "response.output_text.delta", ["item_id"] = $"msg_{request.Number}", ["output_index"] = 0, ["content_index"] = 0, ["delta"] = piece }.ToJsonString(), "response.output_text.delta");
            body.Wait(_options.StreamInterval);
        }

        Event(body, new JsonObject { ["type"] = "response.completed", ["response"] = Response(request, input, output, "completed") }.ToJsonString(), "response.completed");
        return new TwinReply { MediaType = "text/event-stream; charset=utf-8", Body = body };
    }

    private IEnumerable<string> Pieces()
    {
        int length = (Answer.Length + _options.StreamPieces - 1) / _options.StreamPieces;
        return Answer.Chunk(length).Select(static piece => new string(piece));
    }

    private static void Event(ScriptedBody body, string data, string? name = null) =>
        body.Text(name is null ? $"data: {data}\n\n" : $"event: {name}\ndata: {data}\n\n");

    private static List<KeyValuePair<string, string>> Budget(TwinRequest request, OpenAIModel model, long now)
    {
        List<KeyValuePair<string, string>> headers =
        [
            new("x-ratelimit-limit-requests", model.Requests.Limit.ToString("F0", CultureInfo.InvariantCulture)),
            new("x-ratelimit-remaining-requests", Math.Floor(model.Requests.Remaining(now)).ToString("F0", CultureInfo.InvariantCulture)),
            new("x-ratelimit-reset-requests", Duration(model.Requests.WholeAt(now) - now)),
            new("x-request-id", string.Create(CultureInfo.InvariantCulture, $"req_{request.Number:D4}")),
        ];
        if (IsInference(request))
        {
            headers.Add(new("x-ratelimit-limit-tokens", model.Tokens.Limit.ToString("F0", CultureInfo.InvariantCulture)));
            headers.Add(new("x-ratelimit-remaining-tokens", Math.Floor(model.Tokens.Remaining(now)).ToString("F0", CultureInfo.InvariantCulture)));
            headers.Add(new("x-ratelimit-reset-tokens", Duration(model.Tokens.WholeAt(now) - now)));
        }

        return headers;
    }

    /// <summary>As Go prints durations: 20ms, 8.64s, 1m12.5s, 6m0s, 1h30m0s; whole milliseconds, rounded up.</summary>
    internal static string Duration(long ticks)
    {
        long milliseconds = (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        if (milliseconds < 1000)
        {
            return milliseconds == 0 ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        }

        long minutes = milliseconds / 60_000;
        string seconds = string.Create(CultureInfo.InvariantCulture, $"{milliseconds % 60_000 / 1000m:0.###}s");
        return minutes switch
        {
            0 => seconds,
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{minutes % 60}m{seconds}"),
        };
    }

    private static ScriptedBody Error(string message, string type, string code) => new ScriptedBody().Text(
        new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code } }.ToJsonString());

    private int ChargeOf(TwinRequest request) => _options.TokensOf?.Invoke(request) ?? (((CharactersOf(request) + 3) / 4) + OutputOf(request));

    private int OutputOf(TwinRequest request)
    {
        if (request.Path.EndsWith("/embeddings", StringComparison.Ordinal))
        {
            return 0;
        }

        foreach (string name in (string[])["max_tokens", "max_completion_tokens", "max_output_tokens"])
        {
            if (request.Json.ValueKind == JsonValueKind.Object && request.Json.TryGetProperty(name, out JsonElement bound) && bound.TryGetInt32(out int tokens))
            {
                return tokens;
            }
        }

        return _options.DefaultOutputTokens;
    }

    private OpenAIModel ModelOf(TwinRequest request)
    {
        string key = request.Header("Authorization") ?? "";
        string name = NameOf(request);
        if (!_models.TryGetValue((key, name), out OpenAIModel? model))
        {
            if (!_keys.Contains(key, StringComparer.Ordinal))
            {
                _keys.Add(key);
            }

            int account = _keys.IndexOf(key);
            model = new OpenAIModel(_options, account == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}#{account + 1}"));
            _models.Add((key, name), model);
        }

        return model;
    }

    private static string NameOf(TwinRequest request) =>
        request.Json.ValueKind == JsonValueKind.Object && request.Json.TryGetProperty("model", out JsonElement model) && model.ValueKind == JsonValueKind.String
            ? model.GetString()!
            : "none";

    private static bool IsStream(TwinRequest request) =>
        request.Json.ValueKind == JsonValueKind.Object && request.Json.TryGetProperty("stream", out JsonElement stream) && stream.ValueKind == JsonValueKind.True;

    private static bool IsInference(TwinRequest request) =>
        request.Method == "POST" && request.Json.ValueKind == JsonValueKind.Object
        && (request.Path.EndsWith("/completions", StringComparison.Ordinal) || request.Path.EndsWith("/responses", StringComparison.Ordinal)
            || request.Path.EndsWith("/embeddings", StringComparison.Ordinal));

    private static int CharactersOf(TwinRequest request) => Characters(request.Json, counts: false);

    // The text a model reads: every string under these names, wherever it stands.
    private static int Characters(JsonElement element, bool counts) => element.ValueKind switch
    {
        JsonValueKind.String => counts ? element.GetString()!.Length : 0,
        JsonValueKind.Array => element.EnumerateArray().Sum(item => Characters(item, counts)),
        JsonValueKind.Object => element.EnumerateObject().Sum(static property =>
            Characters(property.Value, property.Name is "content" or "text" or "input" or "prompt" or "instructions")),
        _ => 0,
    };
}
