using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// Stripe v1 and v2. Sources, checked 2026-11-21: docs.stripe.com/rate-limits, /idempotency, /error-codes, stripe/stripe-dotnet SystemNetHttpClient.cs and
/// StripeRequest.cs [2026-08-07].
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>account</term><description>100/second live (25/second in a sandbox: set <c>Groups:account</c>)</description></item>
/// <item><term>endpoint</term><description>25/second for each endpoint; one budget here for all of them together, which is never too fast. A client that
/// spreads over many endpoints sets <c>Groups:endpoint</c> to <c>none</c></description></item>
/// <item><term>search, files</term><description>20/second each</description></item>
/// </list>
/// <c>Stripe-Should-Retry</c> decides first: false also on a stored 500, which the same key would only bring back. 409 is a lock or a key in use, 402 a declined
/// card. A 429 with <c>lock_timeout</c> and no <c>Stripe-Rate-Limited-Reason</c> is an object lock, not a limit. Retry-After is not documented.
/// Replay: POST, and DELETE in v2, with <c>Idempotency-Key</c>, a bare string of up to 255 characters, kept for a day at least; GET and DELETE as they are.
/// </remarks>
internal sealed class StripeProvider : Provider
{
    public const string Account = "account";
    public const string Endpoint = "endpoint";
    public const string Search = "search";
    public const string Files = "files";

    private const string IdempotencyKey = "Idempotency-Key";

    private static readonly ImmutableArray<QuotaUse> EndpointUses = [One(Endpoint), One(Account)];
    private static readonly ImmutableArray<QuotaUse> SearchUses = [One(Search), One(Account)];
    private static readonly ImmutableArray<QuotaUse> FileUses = [One(Files), One(Account)];

    public override string Name => "stripe";

    public override IReadOnlyList<string> Hosts { get; } = ["api.stripe.com", "files.stripe.com"];

    public override IReadOnlyList<string> Resources { get; } = [Account, Endpoint, Search, Files];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
        IDictionary<string, PacingGroupOptions> groups = options.Pacing.Groups;
        groups[Account] = new() { Limits = "100/second" };
        groups[Endpoint] = new() { Limits = "25/second" };
        groups[Search] = new() { Limits = "20/second" };
        groups[Files] = new() { Limits = "20/second" };

        // Only v2 takes a key with DELETE; the plan says where.
        options.Idempotency.Methods = "POST, DELETE";
    }

    public override CallPlan Plan(HttpRequestMessage request)
    {
        ReadOnlySpan<char> path = RequestPath.Of(request.RequestUri);
        bool takesKey = request.Method == HttpMethod.Post || (request.Method == HttpMethod.Delete && path.StartsWith("/v2/"));
        return new()
        {
            Quotas = path.EndsWith("/search") ? SearchUses : path.StartsWith("/v1/files") ? FileUses : EndpointUses,
            IdempotencyHeader = takesKey ? IdempotencyKey : null,
        };
    }

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => status is 429 && Json.IsMediaType(mediaType);

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        AnswerHeaders headers = default;
        string? limitedBy = null;
        foreach ((string name, HeaderStringValues lines) in answer.Headers)
        {
            if (headers.TryTake(name, lines))
            {
                continue;
            }

            if (name.Length == 19 && AnswerHeaders.Is(name, "Stripe-Should-Retry"))
            {
                headers.TakeShouldRetry(lines);
            }
            else if (name.Length == 26 && AnswerHeaders.Is(name, "Stripe-Rate-Limited-Reason"))
            {
                limitedBy = AnswerHeaders.Single(lines);
            }
        }

        switch (answer.Status)
        {
            case 409:
                return headers.Conclude(
                    new(VerdictKind.Transient, "HTTP 409: the object is locked or the idempotency key in use"), headers.Wait(headers.ServerNow(answer)));
            case 429:
                ServerWait wait = headers.Wait(headers.ServerNow(answer));
                return limitedBy is null && JsonBody.Open(answer.Body).Has("lock_timeout", "error", "code")
                    ? headers.Conclude(new(VerdictKind.Transient, "lock_timeout: the object is locked by another request"), wait)
                    : headers.Conclude(StatusVerdict.Of(429), wait, ResourceOf(limitedBy));
            default:
                return StatusVerdict.Of(answer.Status, headers, answer.Now);
        }
    }

    private static string? ResourceOf(string? reason) => reason switch
    {
        "global-rate" or "global-concurrency" => Account,
        _ => null, // the plan's first, which is the endpoint's
    };

    private static QuotaUse One(string resource) => new(resource, Cost.OneRequest, QuotaStart.Slow);
}
