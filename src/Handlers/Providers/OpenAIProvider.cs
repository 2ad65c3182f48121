using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// OpenAI, and Azure OpenAI where it speaks the same language. Sources, checked 2026-11-21: platform guide "Rate limits", help.openai.com 5955604 and 6614457,
/// openai-python, openai-node and openai-dotnet [2026-08-21], System.ClientModel 1.15.0 (measured); issues are named where they decide something.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>{model}/requests, {model}/tokens</term><description>per organisation, project and model, by tier; announced in headers. Refused calls count.
/// A reset is the time until the bucket is full, an upper bound for one small call</description></item>
/// <item><term>{model}/project-tokens</term><description>where a project has a token limit of its own (header rows since 2026-06; names from later clients)</description></item>
/// <item><term>api</term><description>everything that runs no model; no limit is published</description></item>
/// <item><term>cost</term><description>characters ÷ 4 + the bound on the output × <c>n</c>, which is what counts at admission</description></item>
/// </list>
/// Replay: inference keeps no state that matters except its cost, so it is safe (a replay may bill twice, and with <c>store</c> leaves an object that nobody
/// asks for); inference that appends to a <c>conversation</c> is not. Files, batches, jobs and vector stores are created again by a replay. No idempotency keys.
/// 409 is a lock: the SDKs retry it. <c>x-should-retry</c> decides before the status.
/// </remarks>
internal sealed class OpenAIProvider : Provider
{
    public const string Requests = "requests";
    public const string Tokens = "tokens";
    public const string ProjectTokens = "project-tokens";
    public const string Api = "api";

    private const string LimitPrefix = "x-ratelimit-";

    private static readonly ModelResources Models = new(Requests, Tokens, ProjectTokens);

    private static readonly ImmutableArray<QuotaUse> ApiUses = [new(Api, Cost.OneRequest)];

    public override string Name => "openai";

    public override IReadOnlyList<string> Hosts { get; } = ["api.openai.com", "*.openai.azure.com"];

    public override IReadOnlyList<string> Resources { get; } = [.. Models.Names, Api];

    public override void ApplyDefaults(ResilienceHandlersOptions options) => LanguageModelDefaults.Apply(options);

    public override CallPlan Plan(HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Post || !IsInference(RequestPath.Of(request.RequestUri)))
        {
            return new() { Quotas = ApiUses };
        }

        LanguageModelRequest model = LanguageModelRequest.Read(request.Content);
        string[] names = Models.For(model.Model);
        Cost tokens = new(0, Tokens: Math.Min(model.InputTokens + model.MaxOutputTokens, LanguageModelRequest.MostTokens));
        return new()
        {
            // Most projects have no token limit of their own: nobody waits for its announcement.
            Quotas = [new(names[0], Cost.OneRequest, QuotaStart.FirstAnswer), new(names[1], tokens, QuotaStart.FirstAnswer), new(names[2], tokens)],
            Replay = model.HasConversation ? ReplaySafety.Unsafe : ReplaySafety.Safe,
            IsRead = !model.HasConversation,
        };
    }

    // 400 and 403: older accounts still get billing codes there (status unconfirmed). 503: slow_down came with it before it became a 429.
    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) =>
        status is 400 or 402 or 403 or 429 or 503 && Json.IsMediaType(mediaType);

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        AnswerHeaders headers = default;
        Limits limits = default;
        foreach ((string name, HeaderStringValues lines) in answer.Headers)
        {
            _ = headers.TryTake(name, lines) || limits.TryTake(name, lines);
        }

        if (headers.IsFromCache)
        {
            limits = default;
        }

        Verdict verdict = answer.Status switch
        {
            < 300 or 304 => Accept(answer.Plan, headers, limits),
            400 or 402 or 403 or 409 or 429 or 503 => JudgeRefusal(answer, headers, limits),
            _ => StatusVerdict.Of(answer.Status, headers, answer.Now),
        };
        limits.Observe(answer.Plan, ref verdict.Observed);
        return verdict;
    }

    private static bool IsInference(ReadOnlySpan<char> path) =>
        path.EndsWith("/responses") || path.EndsWith("/completions") || path.EndsWith("/embeddings") || path.EndsWith("/moderations")
        || path.EndsWith("/images/generations") || path.EndsWith("/images/edits") || path.EndsWith("/images/variations")
        || path.EndsWith("/audio/speech") || path.EndsWith("/audio/transcriptions") || path.EndsWith("/audio/translations");

    private static Verdict Accept(in CallPlan plan, in AnswerHeaders headers, in Limits limits)
    {
        ExhaustedLimits exhausted = limits.Exhausted(plan);
        return exhausted.Resource is null
            ? Verdict.Ok
            : headers.Conclude(StatusVerdict.Of(200), exhausted.Wait(Limits.Source), exhausted.Resource);
    }

    private static Verdict JudgeRefusal(in ProviderAnswer answer, in AnswerHeaders headers, in Limits limits)
    {
        JsonBody body = JsonBody.Open(answer.Body);
        string? message = Json.Message(body);
        Finding finding = FindingOf(answer.Status, body, message);
        ServerWait wait = headers.Wait(headers.ServerNow(answer));
        if (finding.Kind != VerdictKind.RateLimited)
        {
            return headers.Conclude(finding, finding.Kind == VerdictKind.Transient ? wait : ServerWait.None);
        }

        ExhaustedLimits exhausted = limits.Exhausted(answer.Plan);
        string? kind = body.Has(Tokens, "error", "type") ? Tokens : body.Has(Requests, "error", "type") ? Requests : null;
        return headers.Conclude(
            finding,
            wait.Or(exhausted.Wait(Limits.Source)).OrFoundIn(message),
            exhausted.Resource ?? (kind is null ? null : ModelResources.In(answer.Plan, kind)));
    }

    private static Finding FindingOf(int status, in JsonBody body, string? message)
    {
        if (IsBilling(body))
        {
            return new(VerdictKind.QuotaExhausted, "the account's credit or spending limit is used up, which no waiting changes");
        }

        // The same type and code as an ordinary limit, but it can never fit (shell_gpt#653).
        if (status == 429 && message is not null && message.StartsWith("Request too large", StringComparison.OrdinalIgnoreCase))
        {
            return new(VerdictKind.Fatal, "the request is larger than the whole limit");
        }

        // A ramp-up limit; 429 now, 503 before on some endpoints.
        if (body.Has("slow_down", "error", "code") || body.Has("slow_down", "error", "type"))
        {
            return new(VerdictKind.RateLimited, "slow_down: the rate grew too fast");
        }

        return status == 409 ? new(VerdictKind.Transient, "HTTP 409: the object is locked by another request") : StatusVerdict.Of(status);
    }

    private static bool IsBilling(in JsonBody body) =>
        body.Has("insufficient_quota", "error", "type")
        || (body.TryGetString(out string? code, "error", "code") && code is "insufficient_quota" or "credit_balance_exhausted"
            or "organization_spend_limit_exceeded" or "project_spend_limit_exceeded" or "organization_usage_limit_exceeded"
            or "billing_hard_limit_reached" or "billing_not_active");

    /// <summary>The <c>x-ratelimit-{limit,remaining,reset}-{requests,tokens,project-tokens}</c> family.</summary>
    private struct Limits
    {
        public const string Source = "x-ratelimit-reset names the time until the exhausted bucket is full";

        private LimitHeaders _requests;
        private LimitHeaders _tokens;
        private LimitHeaders _projectTokens;

        public bool TryTake(string name, HeaderStringValues lines)
        {
            if (name.Length <= LimitPrefix.Length || !name.StartsWith(LimitPrefix, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            ReadOnlySpan<char> rest = name.AsSpan(LimitPrefix.Length);
            int dash = rest.IndexOf('-');
            if (dash < 0)
            {
                return false;
            }

            ReadOnlySpan<char> kind = rest[(dash + 1)..];
            ReadOnlySpan<char> field = rest[..dash];

            // The older tokens_usage_based says the same about the same bucket.
            return Is(kind, Requests) ? _requests.TryTake(field, lines)
                : Is(kind, Tokens) || Is(kind, "tokens_usage_based") ? _tokens.TryTake(field, lines)
                : Is(kind, ProjectTokens) && _projectTokens.TryTake(field, lines);
        }

        public readonly ExhaustedLimits Exhausted(in CallPlan plan)
        {
            ExhaustedLimits exhausted = default;
            Add(ref exhausted, _requests, plan, Requests);
            Add(ref exhausted, _tokens, plan, Tokens);
            Add(ref exhausted, _projectTokens, plan, ProjectTokens);
            return exhausted;
        }

        public readonly void Observe(in CallPlan plan, ref QuotaObservations observed)
        {
            Observe(_requests, plan, Requests, LimitUnit.Requests, ref observed);
            Observe(_tokens, plan, Tokens, LimitUnit.Tokens, ref observed);
            Observe(_projectTokens, plan, ProjectTokens, LimitUnit.Tokens, ref observed);
        }

        private static void Add(ref ExhaustedLimits exhausted, in LimitHeaders limit, in CallPlan plan, string kind)
        {
            if (limit.IsExhausted)
            {
                exhausted.Add(ModelResources.In(plan, kind), ResetOf(limit), ResetMeaning.TimeUntilFull);
            }
        }

        private static void Observe(in LimitHeaders limit, in CallPlan plan, string kind, LimitUnit unit, ref QuotaObservations observed)
        {
            if (limit.HasCount)
            {
                observed.TryAdd(limit.Observe(ModelResources.In(plan, kind), unit, ResetMeaning.TimeUntilFull, ResetOf(limit)));
            }
        }

        // 20ms, 8.64s, 6m0s; Azure sends bare seconds.
        private static TimeSpan? ResetOf(in LimitHeaders limit) =>
            WireDuration.TryParseGo(limit.Reset, out TimeSpan reset) || WireDuration.TryParseSeconds(limit.Reset, out reset) ? reset : null;

        private static bool Is(ReadOnlySpan<char> text, string expected) => text.Equals(expected, StringComparison.OrdinalIgnoreCase);
    }
}
