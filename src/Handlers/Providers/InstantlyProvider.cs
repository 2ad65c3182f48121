using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// Instantly API v2 (and v1, which spends the same budget). Sources, checked 2026-11-21: developer.instantly.ai/getting-started/rate-limit, the vendor's
/// OpenAPI document (173 operations; harvest of 2026-08-13), docs/conventions.md of its starter kit.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>workspace</term><description>100/second and 6,000/minute, over v1, v2 and all keys of the workspace. Keys in other processes eat it too:
/// <c>MarginPercent</c> leaves them room</description></item>
/// <item><term>emails</term><description>GET /emails 20/minute</description></item>
/// <item><term>test-emails</term><description>POST /emails/test 10/minute</description></item>
/// <item><term>domain-checks</term><description>POST …/domains/check 30/minute and 900/hour</description></item>
/// <item><term>oauth-init</term><description>POST /oauth/{google,microsoft}/init 75/minute; per address 150/minute with blocks of 30 min, 2 h, 24 h</description></item>
/// <item><term>ai-labels</term><description>POST /lead-labels/ai-reply-label 500 per 30 days</description></item>
/// </list>
/// Nothing is announced in headers, a 429 names no wait (<c>Retry-After</c> on OAuth init alone), 402 is the plan, 409 a plain conflict.
/// Replay: reads, also those made with POST, and DELETE. "Don't assume retries are safe on writes": no idempotency keys, and the <c>skip_if_in_…</c> flags of
/// leads look at what is stored, not at a first attempt that is still under way. A 200 may hold an error; it is the caller's to read.
/// </remarks>
internal sealed class InstantlyProvider : Provider
{
    public const string Workspace = "workspace";
    public const string Emails = "emails";
    public const string TestEmails = "test-emails";
    public const string DomainChecks = "domain-checks";
    public const string OAuthInit = "oauth-init";
    public const string AiLabels = "ai-labels";

    private static readonly ImmutableArray<QuotaUse> WorkspaceUses = [One(Workspace)];
    private static readonly ImmutableArray<QuotaUse> EmailUses = [One(Emails), One(Workspace)];
    private static readonly ImmutableArray<QuotaUse> TestEmailUses = [One(TestEmails), One(Workspace)];
    private static readonly ImmutableArray<QuotaUse> DomainCheckUses = [One(DomainChecks), One(Workspace)];
    private static readonly ImmutableArray<QuotaUse> OAuthInitUses = [One(OAuthInit), One(Workspace)];
    private static readonly ImmutableArray<QuotaUse> AiLabelUses = [One(AiLabels), One(Workspace)];

    public override string Name => "instantly";

    public override IReadOnlyList<string> Hosts { get; } = ["api.instantly.ai"];

    public override IReadOnlyList<string> Resources { get; } = [Workspace, Emails, TestEmails, DomainChecks, OAuthInit, AiLabels];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
        IDictionary<string, PacingGroupOptions> groups = options.Pacing.Groups;
        groups[Workspace] = new() { Limits = "100/second, 6000/minute" };
        groups[Emails] = new() { Limits = "20/minute" };
        groups[TestEmails] = new() { Limits = "10/minute" };
        groups[DomainChecks] = new() { Limits = "30/minute, 900/hour" };
        groups[OAuthInit] = new() { Limits = "75/minute" };
        groups[AiLabels] = new() { Limits = "500/30 days" };
    }

    public override CallPlan Plan(HttpRequestMessage request)
    {
        ReadOnlySpan<char> path = RequestPath.Of(request.RequestUri);
        if (!path.StartsWith("/api/v2/"))
        {
            return new() { Quotas = WorkspaceUses };
        }

        path = path["/api/v2".Length..];
        if (request.Method != HttpMethod.Post)
        {
            return new() { Quotas = path is "/emails" && request.Method == HttpMethod.Get ? EmailUses : WorkspaceUses };
        }

        return path switch
        {
            "/leads/list" or "/accounts/warmup-analytics" or "/dfy-email-account-orders/domains/similar"
                or "/dfy-email-account-orders/domains/pre-warmed-up-list" => new() { Quotas = WorkspaceUses, Replay = ReplaySafety.Safe, IsRead = true },
            "/dfy-email-account-orders/domains/check" => new() { Quotas = DomainCheckUses, Replay = ReplaySafety.Safe, IsRead = true },
            "/emails/test" => new() { Quotas = TestEmailUses },
            "/lead-labels/ai-reply-label" => new() { Quotas = AiLabelUses },
            "/oauth/google/init" or "/oauth/microsoft/init" => new() { Quotas = OAuthInitUses },
            "/leads" => new() { Quotas = WorkspaceUses, NaturalKey = LeadKeyOf(request.Content) },
            _ => new() { Quotas = WorkspaceUses },
        };
    }

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => false;

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        AnswerHeaders headers = default;
        foreach ((string name, HeaderStringValues lines) in answer.Headers)
        {
            headers.TryTake(name, lines);
        }

        return answer.Status == 402
            ? headers.Conclude(new(VerdictKind.QuotaExhausted, "HTTP 402: the workspace has no active paid plan"), ServerWait.None)
            : StatusVerdict.Of(answer.Status, headers, answer.Now);
    }

    // A person is in a campaign or a list once.
    private static string? LeadKeyOf(HttpContent? content)
    {
        if (!RequestBody.TryPeek(content, out ReadOnlyMemory<byte> bytes))
        {
            return null;
        }

        JsonBody body = JsonBody.Open(bytes.Span);
        return body.TryGetString(out string? email, "email")
            && (body.TryGetString(out string? sequence, "campaign") || body.TryGetString(out sequence, "list_id"))
            ? $"{email}:{sequence}"
            : null;
    }

    private static QuotaUse One(string resource) => new(resource, Cost.OneRequest, QuotaStart.Slow);
}
