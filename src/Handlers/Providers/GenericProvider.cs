using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// Any API that speaks HTTP's own words about limits. Sources, checked 2026-11-21: RFC 9110 §10.2.3 (Retry-After), RFC 6585 §4 (429), RFC 8470 §5.2 (425),
/// draft-ietf-httpapi-ratelimit-headers -00 to -10 (RateLimit, RateLimit-Policy, problem types), draft-ietf-httpapi-idempotency-key-header -07.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Quota: one, <c>default</c>, per account. Published limits: none.</item>
/// <item>Hints, best first: <c>retry-after-ms</c>, <c>Retry-After</c> (three date forms, whole and broken seconds), the latest <c>t</c> of an exhausted or
/// violated policy, the message's text. Retry-After must beat <c>t</c> (draft -10 §4).</item>
/// <item>Replay: by the method. 409 is a conflict, except a request with the same Idempotency-Key still under way: that one may be resent unchanged.</item>
/// </list>
/// </remarks>
internal sealed class GenericProvider : Provider
{
    public const string Resource = "default";

    // https://iana.org/assignments/http-problem-types, draft -10 §7
    private const string QuotaExceeded = "#quota-exceeded";
    private const string AbnormalUsage = "#abnormal-usage-detected";
    private const string ReducedCapacity = "#temporary-reduced-capacity";

    private static readonly CallPlan Any = new() { Quotas = [new QuotaUse(Resource, Cost.OneRequest)] };

    public override string Name => "generic";

    public override IReadOnlyList<string> Hosts => [];

    public override IReadOnlyList<string> Resources { get; } = [Resource];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
        // The options' own defaults are the generic ones.
    }

    public override CallPlan Plan(HttpRequestMessage request) => Any;

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => status is 409 or 429 or 503 && Json.IsMediaType(mediaType);

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        AnswerHeaders headers = default;
        RateLimitFields fields = default;
        foreach ((string name, HeaderStringValues lines) in answer.Headers)
        {
            _ = headers.TryTake(name, lines) || fields.TryTake(name, lines);
        }

        if (headers.IsFromCache)
        {
            fields = default;
        }

        DateTimeOffset now = headers.ServerNow(answer);
        RateLimitReadings limits = new(fields, now);
        Verdict verdict = answer.Status switch
        {
            409 or 429 or 503 => Judge(answer, headers, limits, now),
            < 300 or 304 => headers.Conclude(StatusVerdict.Of(answer.Status), limits.Exhausted(default, isRefusal: false)),
            _ => StatusVerdict.Of(answer.Status, headers, answer.Now),
        };
        limits.Observe(Resource, ref verdict.Observed);
        return verdict;
    }

    private static Verdict Judge(in ProviderAnswer answer, in AnswerHeaders headers, in RateLimitReadings limits, DateTimeOffset now)
    {
        JsonBody body = JsonBody.Open(answer.Body);
        if (answer.Status == 409)
        {
            return IsKeyInUse(body)
                ? headers.Conclude(new(VerdictKind.Transient, "HTTP 409: a request with the same idempotency key is under way"), headers.Wait(now)) with { Retry = true }
                : StatusVerdict.Of(409, headers, answer.Now);
        }

        Finding finding = StatusVerdict.Of(answer.Status);
        if (body.TryGetString(out string? type, "type"))
        {
            finding = type switch
            {
                _ when type.EndsWith(QuotaExceeded, StringComparison.Ordinal) => new(VerdictKind.RateLimited, "problem type quota-exceeded"),
                _ when type.EndsWith(AbnormalUsage, StringComparison.Ordinal) => new(VerdictKind.RateLimited, "problem type abnormal-usage-detected"),
                _ when type.EndsWith(ReducedCapacity, StringComparison.Ordinal) => new(VerdictKind.Transient, "problem type temporary-reduced-capacity"),
                _ => finding,
            };
        }

        ServerWait wait = headers.Wait(now).Or(limits.Exhausted(body, isRefusal: true));
        return headers.Conclude(finding, finding.Kind == VerdictKind.RateLimited ? wait.OrFoundIn(Json.Message(body)) : wait);
    }

    private static bool IsKeyInUse(in JsonBody body) =>
        (body.TryGetString(out string? title, "title") && Mentions(title))
        || (body.TryGetString(out string? detail, "detail") && Mentions(detail))
        || (body.TryGetString(out string? type, "type") && Mentions(type));

    private static bool Mentions(string text) => text.Contains("idempotency", StringComparison.OrdinalIgnoreCase);
}
