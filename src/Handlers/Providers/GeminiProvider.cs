using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// Gemini API and Gemini on Vertex AI. Sources, checked 2026-11-21: ai.google.dev rate limits and troubleshooting, googleapis/python-genai [2026-08-21],
/// google-gemini/gemini-cli googleQuotaErrors.ts and retry.ts, discuss.ai.google.dev 183654 (402); issues are named where they decide something.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>{model}</term><description>requests and input tokens per minute and requests per day, each enforced alone, per project (not per key) and model, by
/// tier. Nothing is announced; a refusal names the quota in <c>QuotaFailure</c> and the wait in <c>RetryInfo</c></description></item>
/// <item><term>api</term><description>everything that runs no model; no limit is published</description></item>
/// <item><term>cost</term><description>characters ÷ 4: the token limit counts input</description></item>
/// </list>
/// Hints, best first: <c>Retry-After</c> (unconfirmed, honoured), RetryInfo, the message, 60 s for a per-minute quota. A daily quota, a limit of 0, prepaid
/// credit used up and a wait beyond five minutes are not for waiting here, whatever the wait says.
/// Replay: generating, counting and embedding leave nothing behind but their cost; uploads, caches and batches are created again. No idempotency keys.
/// </remarks>
internal sealed class GeminiProvider : Provider
{
    public const string Api = "api";

    private const string QuotaFailure = "type.googleapis.com/google.rpc.QuotaFailure";
    private const string RetryInfo = "type.googleapis.com/google.rpc.RetryInfo";
    private const string ErrorInfo = "type.googleapis.com/google.rpc.ErrorInfo";

    // gemini-cli gives up on longer delays; they belong to daily quotas that say nothing else about themselves.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    private const int MaxModelLength = 128;

    private static readonly ImmutableArray<QuotaUse> ApiUses = [new(Api, Cost.OneRequest)];

    public override string Name => "gemini";

    // Vertex AI has a host per location.
    public override IReadOnlyList<string> Hosts { get; } =
        ["generativelanguage.googleapis.com", "aiplatform.googleapis.com", "*-aiplatform.googleapis.com"];

    public override IReadOnlyList<string> Resources { get; } = [Api, "*"];

    public override void ApplyDefaults(ResilienceHandlersOptions options) => LanguageModelDefaults.Apply(options);

    public override CallPlan Plan(HttpRequestMessage request)
    {
        ReadOnlySpan<char> path = RequestPath.Of(request.RequestUri);
        int models = path.LastIndexOf("/models/");
        int colon = path.LastIndexOf(':');
        if (request.Method != HttpMethod.Post || models < 0 || colon < models)
        {
            return new() { Quotas = ApiUses };
        }

        ReadOnlySpan<char> model = path[(models + "/models/".Length)..colon];
        long tokens = LanguageModelRequest.Read(request.Content).InputTokens;
        (string? operation, bool isSafe) = path[(colon + 1)..] switch
        {
            "generateContent" => ("POST /models/{model}:generateContent", true),
            "streamGenerateContent" => ("POST /models/{model}:streamGenerateContent", true),
            "countTokens" => ("POST /models/{model}:countTokens", true),
            "embedContent" => ("POST /models/{model}:embedContent", true),
            "batchEmbedContents" => ("POST /models/{model}:batchEmbedContents", true),
            _ => ((string?)null, false),
        };
        return new()
        {
            Quotas = model.Length is > 0 and <= MaxModelLength ? [new(model.ToString(), new Cost(1, Tokens: tokens), QuotaStart.Slow)] : ApiUses,
            Replay = isSafe ? ReplaySafety.Safe : ReplaySafety.ByMethod,
            IsRead = isSafe,
            Operation = operation,
        };
    }

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => status is 429 or 499 or 503 && Json.IsMediaType(mediaType);

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        AnswerHeaders headers = default;
        foreach ((string name, HeaderStringValues lines) in answer.Headers)
        {
            headers.TryTake(name, lines);
        }

        switch (answer.Status)
        {
            case 402:
                return headers.Conclude(new(VerdictKind.QuotaExhausted, "HTTP 402: the prepaid credit is used up"), ServerWait.None);
            case 429 or 499 or 503:
                ServerWait asked = headers.Wait(headers.ServerNow(answer));
                Details details = new(JsonBody.Open(answer.Body));
                Verdict verdict = answer.Status == 503
                    ? headers.Conclude(StatusVerdict.Of(503), asked.Or(details.Delay))
                    : JudgeRefusal(headers, details, asked);
                details.Observe(answer.Plan, ref verdict.Observed);
                return verdict;
            default:
                return StatusVerdict.Of(answer.Status, headers, answer.Now);
        }
    }

    private static Verdict JudgeRefusal(in AnswerHeaders headers, in Details details, in ServerWait asked)
    {
        if (details.IsCreditGone)
        {
            return headers.Conclude(new(VerdictKind.QuotaExhausted, "the prepaid credit is used up"), ServerWait.None);
        }

        if (details.IsLimitZero)
        {
            return headers.Conclude(new(VerdictKind.QuotaExhausted, "the limit is 0: the tier has no quota for this model"), ServerWait.None);
        }

        ServerWait wait = asked.Or(details.Delay).OrFoundIn(details.Message);
        bool isLong = wait.Time > LongestPause;
        if (details.IsPerDay)
        {
            // A captured refusal asked to wait 47 s for a daily quota (python-genai#2044).
            return headers.Conclude(new(VerdictKind.QuotaExhausted, "a daily quota is used up"), isLong ? wait : new(null, "a short RetryInfo says nothing about the day"));
        }

        if (isLong)
        {
            return headers.Conclude(new(VerdictKind.QuotaExhausted, "a quota is used up for longer than five minutes"), wait);
        }

        return headers.Conclude(
            new(VerdictKind.RateLimited, "RESOURCE_EXHAUSTED: a quota is used up"),
            details.IsPerMinute ? wait.Or(new(Minute, "a per-minute quota is back within 60 s")) : wait);
    }

    /// <summary>What <c>error.details</c> says; in a stream without <c>alt=sse</c> the error is the one element of an array.</summary>
    private readonly ref struct Details
    {
        private readonly JsonBody _body;

        public Details(in JsonBody body)
        {
            _body = body;
            Message = Json.Message(body);
            IsLimitZero = Message is not null && SaysLimitZero(Message);
            foreach (JsonBody detail in body.EnumerateArray("error", "details"))
            {
                if (detail.Has(RetryInfo, "@type"))
                {
                    if (detail.TryGetString(out string? text, "retryDelay") && WireDuration.TryParseProtobuf(text, out TimeSpan delay) && !(delay <= Delay.Time))
                    {
                        Delay = new(delay, "RetryInfo names the wait");
                    }
                }
                else if (detail.Has(QuotaFailure, "@type"))
                {
                    foreach (JsonBody violation in detail.EnumerateArray("violations"))
                    {
                        _ = violation.TryGetString(out string? id, "quotaId");
                        IsPerDay |= SaysPerDay(id);
                        IsPerMinute |= SaysPerMinute(id);
                        IsLimitZero |= violation.TryGetInt64(out long value, "quotaValue") && value == 0;
                    }
                }
                else if (detail.Has(ErrorInfo, "@type"))
                {
                    _ = detail.TryGetString(out string? id, "metadata", "quota_limit");
                    IsPerDay |= SaysPerDay(id);
                    IsPerMinute |= SaysPerMinute(id);
                    IsLimitZero |= detail.TryGetInt64(out long value, "metadata", "quota_limit_value") && value == 0;
                }
            }
        }

        public ServerWait Delay { get; } = ServerWait.None;

        public string? Message { get; }

        public bool IsPerDay { get; }

        public bool IsPerMinute { get; }

        public bool IsLimitZero { get; }

        /// <summary>The text that came with 429 before it became a 402.</summary>
        public bool IsCreditGone => Message is not null && Message.Contains("prepayment credits are depleted", StringComparison.OrdinalIgnoreCase);

        /// <summary>The limits that the refusal names; the only place where this API tells them.</summary>
        public void Observe(in CallPlan plan, ref QuotaObservations observed)
        {
            string resource = plan.Quotas.IsDefaultOrEmpty ? Api : plan.Quotas[0].Resource;
            foreach (JsonBody detail in _body.EnumerateArray("error", "details"))
            {
                if (detail.Has(QuotaFailure, "@type"))
                {
                    foreach (JsonBody violation in detail.EnumerateArray("violations"))
                    {
                        _ = violation.TryGetString(out string? id, "quotaId");
                        Observe(resource, id, violation.TryGetInt64(out long value, "quotaValue") ? value : QuotaObservation.Unknown, ref observed);
                    }
                }
                else if (detail.Has(ErrorInfo, "@type"))
                {
                    _ = detail.TryGetString(out string? id, "metadata", "quota_limit");
                    Observe(resource, id, detail.TryGetInt64(out long value, "metadata", "quota_limit_value") ? value : QuotaObservation.Unknown, ref observed);
                }
            }
        }

        private void Observe(string resource, string? id, long limit, ref QuotaObservations observed)
        {
            TimeSpan window = SaysPerMinute(id) ? Minute : SaysPerDay(id) ? TimeSpan.FromDays(1) : Timeout.InfiniteTimeSpan;
            if (window == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            // When the day ends is not agreed (midnight Pacific by the documentation, 00:00 UTC as measured once), so a daily quota gives no reset.
            bool isMinute = window == Minute;
            observed.TryAdd(new(resource, id!.Contains("Token", StringComparison.OrdinalIgnoreCase) ? LimitUnit.Tokens : LimitUnit.Requests)
            {
                Limit = Math.Max(limit, QuotaObservation.Unknown),
                Remaining = isMinute ? 0 : QuotaObservation.Unknown,
                Reset = isMinute && Delay.Time is { } delay ? delay : Timeout.InfiniteTimeSpan,
                Window = window,
            });
        }

        private static bool SaysPerDay(string? id) =>
            id is not null && (id.Contains("PerDay", StringComparison.OrdinalIgnoreCase) || id.Contains("Daily", StringComparison.OrdinalIgnoreCase));

        private static bool SaysPerMinute(string? id) => id is not null && id.Contains("PerMinute", StringComparison.OrdinalIgnoreCase);

        // "limit: 0, model: …", not "limit: 0.5" nor "limit: 05".
        private static bool SaysLimitZero(string message)
        {
            const string Zero = "limit: 0";
            int at = message.IndexOf(Zero, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            ReadOnlySpan<char> rest = message.AsSpan(at + Zero.Length);
            return rest.IsEmpty || !(char.IsAsciiDigit(rest[0]) || (rest.Length > 1 && rest[0] is '.' or ',' && char.IsAsciiDigit(rest[1])));
        }
    }
}
