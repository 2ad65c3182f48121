using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// Anthropic. Sources, checked 2026-11-21: platform.claude.com api/errors and rate limits, anthropics/anthropic-sdk-typescript src/client.ts [2026-08-19], a
/// recorded response (headers), Microsoft Learn on 529 and spending limits.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>{model}/requests, …/input-tokens, …/output-tokens, …/tokens</term><description>per organisation and model, by tier, announced in headers; a reset is
/// an RFC 3339 instant</description></item>
/// <item><term>unified</term><description>of plans, not in the API's documentation: a status, and a reset in Unix seconds</description></item>
/// <item><term>api</term><description>everything that runs no model; no limit is published</description></item>
/// <item><term>cost</term><description>characters ÷ 4 of input, <c>max_tokens</c> of output</description></item>
/// </list>
/// <c>x-should-retry</c> decides first, then 408, 409 (a lock), 429, 5xx; 529 is an overload. 402, a 429 with <c>enforced_spend_limit_reached</c> and a 400 about
/// "API usage limits" are money: until the 1st of the month, or a person.
/// Replay: messages leave nothing behind but their cost; batches and files are created again. No idempotency keys.
/// </remarks>
internal sealed class AnthropicProvider : Provider
{
    public const string Requests = "requests";
    public const string InputTokens = "input-tokens";
    public const string OutputTokens = "output-tokens";
    public const string Tokens = "tokens";
    public const string Api = "api";

    private static readonly ModelResources Models = new(Requests, InputTokens, OutputTokens, Tokens);

    private static readonly ImmutableArray<QuotaUse> ApiUses = [new(Api, Cost.OneRequest)];

    public override string Name => "anthropic";

    public override IReadOnlyList<string> Hosts { get; } = ["api.anthropic.com"];

    public override IReadOnlyList<string> Resources { get; } = [.. Models.Names, Api];

    public override void ApplyDefaults(ResilienceHandlersOptions options) => LanguageModelDefaults.Apply(options);

    public override CallPlan Plan(HttpRequestMessage request)
    {
        ReadOnlySpan<char> path = RequestPath.Of(request.RequestUri);
        if (request.Method != HttpMethod.Post || path is not ("/v1/messages" or "/v1/complete"))
        {
            return new() { Quotas = ApiUses, Replay = path is "/v1/messages/count_tokens" ? ReplaySafety.Safe : ReplaySafety.ByMethod, IsRead = path is "/v1/messages/count_tokens" };
        }

        LanguageModelRequest model = LanguageModelRequest.Read(request.Content);
        string[] names = Models.For(model.Model);
        return new()
        {
            Quotas =
            [
                new(names[0], Cost.OneRequest, QuotaStart.FirstAnswer),
                new(names[1], new Cost(0, Tokens: model.InputTokens), QuotaStart.FirstAnswer),
                new(names[2], new Cost(0, Tokens: model.MaxOutputTokens), QuotaStart.FirstAnswer),
                new(names[3], new Cost(0, Tokens: model.InputTokens + model.MaxOutputTokens)),
            ],
            Replay = ReplaySafety.Safe,
            IsRead = true,
            Operation = "POST /v1/messages",
        };
    }

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => status is 400 or 429 && Json.IsMediaType(mediaType);

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

        DateTimeOffset now = headers.ServerNow(answer);
        Finding finding = FindingOf(answer);
        ExhaustedLimits exhausted = limits.Exhausted(answer.Plan, now);
        Verdict verdict = finding.Kind switch
        {
            VerdictKind.RateLimited => headers.Conclude(
                finding,
                headers.Wait(now).Or(exhausted.Wait(Limits.Source)).OrFoundIn(Json.Message(JsonBody.Open(answer.Body))),
                exhausted.Resource),
            VerdictKind.QuotaExhausted => headers.Conclude(finding, ServerWait.None),
            VerdictKind.Ok when answer.Status is < 300 or 304 => headers.Conclude(finding, exhausted.Wait(Limits.Source), exhausted.Resource),
            VerdictKind.Transient when answer.Status == 409 => headers.Conclude(finding, headers.Wait(now)),
            _ => StatusVerdict.Of(answer.Status, headers, answer.Now),
        };
        limits.Observe(answer.Plan, now, ref verdict.Observed);
        return verdict;
    }

    private static Finding FindingOf(in ProviderAnswer answer)
    {
        switch (answer.Status)
        {
            case 402:
                return new(VerdictKind.QuotaExhausted, "HTTP 402: the credit is used up");
            case 409:
                return new(VerdictKind.Transient, "HTTP 409: the object is locked by another request");
            case 529:
                return new(VerdictKind.Transient, "HTTP 529: the API is overloaded");
            case 400 or 429:
                JsonBody body = JsonBody.Open(answer.Body);
                bool isSpent = body.Has("enforced_spend_limit_reached", "error", "details", "error_code")
                    || Json.Message(body)?.Contains("API usage limits", StringComparison.OrdinalIgnoreCase) == true;
                return isSpent ? new(VerdictKind.QuotaExhausted, "a spending limit is reached") : StatusVerdict.Of(answer.Status);
            default:
                return StatusVerdict.Of(answer.Status);
        }
    }

    /// <summary>The <c>anthropic-{ratelimit,priority}-{kind}-{limit,remaining,reset}</c> families.</summary>
    private struct Limits
    {
        public const string Source = "anthropic-ratelimit names the reset of an exhausted limit";

        private const string Prefix = "anthropic-ratelimit-";
        private const string PriorityPrefix = "anthropic-priority-";
        private const string Unified = "unified";

        private LimitHeaders _requests;
        private LimitHeaders _tokens;
        private LimitHeaders _input;
        private LimitHeaders _output;
        private LimitHeaders _priorityInput;
        private LimitHeaders _priorityOutput;
        private string? _unifiedReset;
        private bool _isUnifiedSpent;

        public bool TryTake(string name, HeaderStringValues lines)
        {
            bool isPriority = name.StartsWith(PriorityPrefix, StringComparison.OrdinalIgnoreCase);
            if (!isPriority && !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            ReadOnlySpan<char> rest = name.AsSpan(isPriority ? PriorityPrefix.Length : Prefix.Length);
            int dash = rest.LastIndexOf('-');
            if (dash < 0)
            {
                return false;
            }

            ReadOnlySpan<char> kind = rest[..dash];
            ReadOnlySpan<char> field = rest[(dash + 1)..];
            if (isPriority)
            {
                return Is(kind, InputTokens) ? _priorityInput.TryTake(field, lines) : Is(kind, OutputTokens) && _priorityOutput.TryTake(field, lines);
            }

            return Is(kind, Requests) ? _requests.TryTake(field, lines)
                : Is(kind, InputTokens) ? _input.TryTake(field, lines)
                : Is(kind, OutputTokens) ? _output.TryTake(field, lines)
                : Is(kind, Tokens) ? _tokens.TryTake(field, lines)
                : Is(kind, Unified) && TryTakeUnified(field, lines);
        }

        public readonly ExhaustedLimits Exhausted(in CallPlan plan, DateTimeOffset now)
        {
            ExhaustedLimits exhausted = default;
            Add(ref exhausted, _requests, plan, Requests, now);
            Add(ref exhausted, _input, plan, InputTokens, now);
            Add(ref exhausted, _output, plan, OutputTokens, now);
            Add(ref exhausted, _tokens, plan, Tokens, now);
            if (_isUnifiedSpent)
            {
                bool isInstant = EpochInstant.TryParse(_unifiedReset, EpochUnit.Seconds, out DateTimeOffset instant, out _);
                exhausted.Add(exhausted.Resource ?? ModelResources.In(plan, Requests), isInstant ? RetryAfter.Until(instant, now) : null, ResetMeaning.WindowEnd);
            }

            return exhausted;
        }

        // The priority families count a commitment bought beside the ordinary limits. Without it the ordinary ones serve the request, so they block nothing.
        public readonly void Observe(in CallPlan plan, DateTimeOffset now, ref QuotaObservations observed)
        {
            Observe(_requests, ModelResources.In(plan, Requests), LimitUnit.Requests, now, ref observed);
            Observe(_input, ModelResources.In(plan, InputTokens), LimitUnit.Tokens, now, ref observed);
            Observe(_output, ModelResources.In(plan, OutputTokens), LimitUnit.Tokens, now, ref observed);
            Observe(_tokens, ModelResources.In(plan, Tokens), LimitUnit.Tokens, now, ref observed);
            Observe(_priorityInput, "priority-input-tokens", LimitUnit.Tokens, now, ref observed);
            Observe(_priorityOutput, "priority-output-tokens", LimitUnit.Tokens, now, ref observed);
        }

        private bool TryTakeUnified(ReadOnlySpan<char> field, HeaderStringValues lines)
        {
            if (Is(field, "status"))
            {
                _isUnifiedSpent = "rejected".Equals(AnswerHeaders.Single(lines), StringComparison.OrdinalIgnoreCase);
            }
            else if (Is(field, "reset"))
            {
                _unifiedReset = AnswerHeaders.Single(lines);
            }

            return true;
        }

        private static void Add(ref ExhaustedLimits exhausted, in LimitHeaders limit, in CallPlan plan, string kind, DateTimeOffset now)
        {
            if (limit.IsExhausted)
            {
                exhausted.Add(ModelResources.In(plan, kind), ResetOf(limit, now), ResetMeaning.WindowEnd);
            }
        }

        private static void Observe(in LimitHeaders limit, string resource, LimitUnit unit, DateTimeOffset now, ref QuotaObservations observed)
        {
            if (limit.HasCount)
            {
                observed.TryAdd(limit.Observe(resource, unit, ResetMeaning.WindowEnd, ResetOf(limit, now)));
            }
        }

        private static TimeSpan? ResetOf(in LimitHeaders limit, DateTimeOffset now) =>
            Rfc3339.TryParse(limit.Reset, out DateTimeOffset instant) ? RetryAfter.Until(instant, now) : null;

        private static bool Is(ReadOnlySpan<char> text, string expected) => text.Equals(expected, StringComparison.OrdinalIgnoreCase);
    }
}
