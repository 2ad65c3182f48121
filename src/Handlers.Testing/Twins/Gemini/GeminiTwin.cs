using System.Globalization;
using System.Text.Json.Nodes;
using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// Google's Gemini API as far as limits go: windows cut from the UTC clock for each model, no headers, everything said in the body of
/// the refusal. Quotas are named after the model.
/// </summary>
public sealed class GeminiTwin : ProviderTwin
{
    private const string Service = "generativelanguage.googleapis.com";

    private readonly GeminiTwinOptions _options;
    private readonly Dictionary<string, GeminiModel> _models = new(StringComparer.Ordinal);

    /// <summary>Makes a twin with limits of a usual size, or the given ones.</summary>
    public GeminiTwin(GeminiTwinOptions? options = null, TimeProvider? timeProvider = null)
        : base(options ??= new GeminiTwinOptions(), timeProvider) => _options = options;

    /// <inheritdoc/>
    public override Uri BaseAddress { get; } = new("https://generativelanguage.googleapis.com/v1beta/");

    /// <summary>Whether the prepaid credits are gone: every call is answered 402.</summary>
    public bool PrepayDepleted { get; set; }

    private protected override IEnumerable<string> QuotasOf(TwinRequest request) => [ModelNameOf(request)];

    private protected override TwinReply? Refuse(TwinRequest request)
    {
        if (PrepayDepleted)
        {
            const string Message = "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.";
            return Fail(request, 402, new JsonObject { ["code"] = 402, ["message"] = Message, ["status"] = "RESOURCE_EXHAUSTED" }, "billing");
        }

        if (!IsGeneration(request))
        {
            return null;
        }

        GeminiModel model = ModelOf(request);
        long now = NowTicks;
        request.Cost = InputOf(request);
        var broken = new JsonArray();
        long until = now;
        Check(model.Requests, 1, "generate_content_free_tier_requests", "GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
        Check(model.Tokens, request.Cost, "generate_content_free_tier_input_token_count", "GenerateContentInputTokensPerModelPerMinute-FreeTier");
        Check(model.Daily, 1, "generate_content_free_tier_requests", "GenerateRequestsPerDayPerProjectPerModel-FreeTier");
        if (broken.Count > 0)
        {
            return Exhausted(request, broken, until - now);
        }

        model.Requests.Take(now, 1);
        model.Tokens?.Take(now, request.Cost);
        model.Daily?.Take(now, 1);
        return null;

        void Check(FixedWindow? window, double cost, string metric, string id)
        {
            if (window is not null && !window.Fits(now, cost))
            {
                until = Math.Max(until, window.WholeAt(now));
                var violation = new JsonObject
                {
                    ["quotaMetric"] = $"{Service}/{metric}",
                    ["quotaId"] = id,
                    ["quotaDimensions"] = new JsonObject { ["location"] = "global", ["model"] = ModelNameOf(request) },
                };
                if (_options.QuotaValue)
                {
                    violation["quotaValue"] = window.Limit.ToString("F0", CultureInfo.InvariantCulture);
                }

                broken.Add((JsonNode)violation);
            }
        }
    }

    private protected override TwinReply Execute(TwinRequest request)
    {
        if (request.Path.EndsWith(":countTokens", StringComparison.Ordinal))
        {
            return TwinReply.Json(200, new JsonObject { ["totalTokens"] = InputOf(request) }.ToJsonString());
        }

        if (request.Path.EndsWith(":embedContent", StringComparison.Ordinal))
        {
            return TwinReply.Json(200, """{"embedding":{"values":[0.1,0.2,0.3]}}""");
        }

        if (IsStream(request))
        {
            return Stream(request);
        }

        return request.IsRead || IsGeneration(request)
            ? TwinReply.Json(200, Piece(request, "Hello from the twin.", "STOP").ToJsonString())
            : TwinReply.Json(200, new JsonObject { ["name"] = $"things/{request.Number}" }.ToJsonString());
    }

    private protected override IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request)
    {
        if (!IsGeneration(request))
        {
            yield break;
        }

        GeminiModel model = ModelOf(request);
        yield return (model.Requests, 1);
        if (model.Tokens is { } tokens)
        {
            yield return (tokens, InputOf(request));
        }

        if (model.Daily is { } daily)
        {
            yield return (daily, 1);
        }
    }

    private protected override ProviderTwin Anew() => new GeminiTwin(_options, Time);

    // Generating changes nothing; uploads and cached contents are made anew each time.
    private protected override string? EffectOf(TwinRequest request) =>
        request.Method == "POST" && !request.Path.Contains(':', StringComparison.Ordinal) ? WriteKey(request) : null;

    private protected override string ErrorBody(int status) =>
        """{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}""";

    private TwinReply Exhausted(TwinRequest request, JsonArray broken, long wait)
    {
        string delay = string.Create(CultureInfo.InvariantCulture, $"{wait / (decimal)TimeSpan.TicksPerSecond:0.#######}s");
        string message = "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.";
        foreach (JsonNode? violation in broken)
        {
            string limit = violation!["quotaValue"] is { } value ? $"limit: {value}, " : "";
            message += $"\n* Quota exceeded for metric: {violation["quotaMetric"]}, {limit}model: {ModelNameOf(request)}";
        }

        var details = new JsonArray(
            new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.Help",
                ["links"] = new JsonArray(new JsonObject { ["description"] = "Learn more about Gemini API quotas", ["url"] = "https://ai.google.dev/gemini-api/docs/rate-limits" }),
            },
            new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure", ["violations"] = broken });
        if (_options.RetryInfo)
        {
            message += $"\nPlease retry in {delay}.";
            details.Add((JsonNode)new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.RetryInfo", ["retryDelay"] = delay });
        }

        TwinReply reply = Fail(request, 429, new JsonObject { ["code"] = 429, ["message"] = message, ["status"] = "RESOURCE_EXHAUSTED", ["details"] = details }, ModelNameOf(request));
        reply.Named = _options.RetryInfo ? NowTicks + wait : null;
        return reply;
    }

    // A stream that is no event stream is an array of answers, and so is its error.
    private static TwinReply Fail(TwinRequest request, int status, JsonObject error, string quota)
    {
        JsonNode body = new JsonObject { ["error"] = error };
        if (IsStream(request) && !IsEventStream(request))
        {
            body = new JsonArray(body);
        }

        return new TwinReply { Status = status, RefusedBy = quota, MediaType = "application/json; charset=UTF-8", Body = new ScriptedBody().Text(body.ToJsonString()) };
    }

    private TwinReply Stream(TwinRequest request)
    {
        bool events = IsEventStream(request);
        var body = new ScriptedBody();
        for (int i = 1; i <= _options.StreamPieces; i++)
        {
            string piece = Piece(request, $"piece {i} ", i == _options.StreamPieces ? "STOP" : null).ToJsonString();
            body.Text(events ? $"data: {piece}\r\n\r\n" : (i == 1 ? "[" : ",\r\n") + piece);
            if (i < _options.StreamPieces)
            {
                body.Wait(_options.StreamInterval);
            }
        }

        return events
            ? new TwinReply { MediaType = "text/event-stream", Body = body }
            : new TwinReply { MediaType = "application/json; charset=UTF-8", Body = body.Text("]") };
    }

    private JsonObject Piece(TwinRequest request, string text, string? finish)
    {
        int input = InputOf(request);
        var candidate = new JsonObject { ["content"] = new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = text }), ["role"] = "model" }, ["index"] = 0 };
        if (finish is not null)
        {
            candidate["finishReason"] = finish;
        }

        return new JsonObject
        {
            ["candidates"] = new JsonArray(candidate),
            ["usageMetadata"] = new JsonObject { ["promptTokenCount"] = input, ["candidatesTokenCount"] = 5, ["totalTokenCount"] = input + 5 },
            ["modelVersion"] = ModelNameOf(request),
        };
    }

    private int InputOf(TwinRequest request) => _options.InputTokensOf?.Invoke(request) ?? ((request.Body.Length + 3) / 4);

    private GeminiModel ModelOf(TwinRequest request)
    {
        string name = ModelNameOf(request);
        if (!_models.TryGetValue(name, out GeminiModel? model))
        {
            model = new GeminiModel(_options);
            _models.Add(name, model);
        }

        return model;
    }

    private static string ModelNameOf(TwinRequest request)
    {
        string last = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        int colon = last.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? "none" : last[..colon];
    }

    private static bool IsGeneration(TwinRequest request) =>
        request.Path.EndsWith(":generateContent", StringComparison.Ordinal) || IsStream(request) || request.Path.EndsWith(":embedContent", StringComparison.Ordinal);

    private static bool IsStream(TwinRequest request) => request.Path.EndsWith(":streamGenerateContent", StringComparison.Ordinal);

    private static bool IsEventStream(TwinRequest request) => request.Uri.Query.Contains("alt=sse", StringComparison.Ordinal);
}
