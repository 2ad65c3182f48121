using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// GitHub REST, search and GraphQL. Sources, checked 2026-11-21: github/docs (rate-limits-for-the-rest-api, best-practices-for-using-the-rest-api,
/// rate-limits-and-query-limits-for-the-graphql-api, secondary-rate-limit-rest-graphql), google/go-github <c>GetRateLimitCategory</c>,
/// gofri/go-github-ratelimit v2, octokit/plugin-throttling and plugin-retry; issues are named where they decide something.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>core, search, code_search, graphql …</term><description>primary, per user or installation, announced in headers, named by <c>x-ratelimit-resource</c></description></item>
/// <item><term>secondary</term><description>100 at once over REST and GraphQL; REST 900 points/minute (read 1, write 5). Documented per endpoint; kept for the
/// account, because an endpoint's budget can't be seen, the penalty hits the account, and 900 points are a sixth of an hour's 5,000 requests anyway</description></item>
/// <item><term>graphql_points</term><description>2,000 points/minute (query 1, mutation 5)</description></item>
/// <item><term>content</term><description>80/minute and 500/hour, requests that create content</description></item>
/// <item><term>writes</term><description>at least 1 s between requests that change something</description></item>
/// <item><term>not modelled</term><description>90 s of CPU time per minute: nothing tells what a request took</description></item>
/// </list>
/// Replay-safe: GET, HEAD, PUT, DELETE, GraphQL queries, and the POSTs that leave nothing behind (installation tokens expire by themselves; markdown is only
/// rendered). PATCH is only <i>usually</i> a set operation, POST creates twice, and there are no idempotency keys.
/// </remarks>
internal sealed class GitHubProvider : Provider
{
    public const string Core = "core";
    public const string Search = "search";
    public const string CodeSearch = "code_search";
    public const string GraphQL = "graphql";
    public const string GraphQLPoints = "graphql_points";
    public const string Secondary = "secondary";
    public const string Content = "content";
    public const string Writes = "writes";

    /// <summary>Resource of the reported, not enforced, interval at which one events endpoint may be polled (<c>x-poll-interval</c>).</summary>
    public const string Polling = "polling";

    private const int ReadPoints = 1;
    private const int WritePoints = 5;
    private const long AnonymousLimit = 60;

    private const string SecondaryPrefix = "You have exceeded a secondary rate limit";
    private const string AbusePrefix = "You have triggered an abuse detection mechanism";
    private const string PrimaryPrefix = "API rate limit";
    private const string ServerFault = "Something went wrong while executing your query";

    // "Wait for at least one minute", then growing, when neither Retry-After nor an empty primary quota says how long.
    private static readonly TimeSpan SecondaryWait = TimeSpan.FromSeconds(60);

    // Without its interval nothing is left of writes, while a content limit that nobody announces is there all the same.
    private static readonly QuotaUse WriteUse = new(Writes, Cost.OneRequest);
    private static readonly QuotaUse ContentUse = new(Content, Cost.OneRequest, QuotaStart.Slow);

    private static readonly HeaderNames Read = AnswerHeaders.Names.And(
        "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-resource", "x-poll-interval");

    private static readonly Charges CoreCharges = new(Core);
    private static readonly Charges SearchCharges = new(Search);
    private static readonly Charges CodeSearchCharges = new(CodeSearch);
    private static readonly Charges ManifestCharges = new("integration_manifest");
    private static readonly Charges ImportCharges = new("source_import");
    private static readonly Charges ScanningCharges = new("code_scanning_upload");
    private static readonly Charges ScimCharges = new("scim");
    private static readonly Charges SnapshotCharges = new("dependency_snapshots");
    private static readonly Charges SbomCharges = new("dependency_sbom");
    private static readonly Charges AuditCharges = new("audit_log");

    // GET /rate_limit is free of the primary quota and counts to the secondary one.
    private static readonly ImmutableArray<QuotaUse> RateLimitStatus = [new(Core, new Cost(0)), Rest(ReadPoints)];

    private static readonly ImmutableArray<QuotaUse> Query = GraphQLUses(ReadPoints);
    private static readonly ImmutableArray<QuotaUse> Mutation = [WriteUse, .. GraphQLUses(WritePoints)];
    private static readonly ImmutableArray<QuotaUse> Creation = [ContentUse, .. Mutation];

    public override string Name => "github";

    public override IReadOnlyList<string> Hosts { get; } = ["api.github.com", "uploads.github.com"];

    public override IReadOnlyList<string> Resources { get; } =
    [
        Core, Search, CodeSearch, GraphQL, GraphQLPoints, Secondary, Content, Writes, "integration_manifest", "source_import", "code_scanning_upload", "scim",
        "dependency_snapshots", "dependency_sbom", "audit_log",
    ];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
        IDictionary<string, PacingGroupOptions> groups = options.Pacing.Groups;
        groups[Secondary] = new() { MaxConcurrency = 100, Limits = "900 points/minute" };
        groups[GraphQLPoints] = new() { Limits = "2000 points/minute" };
        groups[Content] = new() { Limits = "80/minute, 500/hour" };
        groups[Writes] = new() { MinInterval = TimeSpan.FromSeconds(1) };
    }

    public override CallPlan Plan(HttpRequestMessage request)
    {
        ReadOnlySpan<char> path = PathOf(request.RequestUri);
        if (path is "/graphql")
        {
            return PlanGraphQL(request);
        }

        Charges charges = ChargesOf(request.Method, path);
        if (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Options)
        {
            return new() { Quotas = path is "/rate_limit" ? RateLimitStatus : charges.Read };
        }

        if (request.Method == HttpMethod.Post)
        {
            return path.Is("/app/installations/*/access_tokens")
                ? new() { Quotas = charges.Write, Replay = ReplaySafety.Safe, Operation = "POST /app/installations/{installation_id}/access_tokens" }
                : path is "/markdown" or "/markdown/raw"
                ? new() { Quotas = charges.Write, Replay = ReplaySafety.Safe }
                : new() { Quotas = charges.Create };
        }

        // PUT /repos/{owner}/{repo}/contents/{path} makes a commit.
        bool creates = request.Method == HttpMethod.Put && path.IndexOf("/contents/") > 0;
        return new() { Quotas = creates ? charges.Create : charges.Write };
    }

    public override string? OperationOf(HttpMethod method, Uri uri) => GitHubPath.NameOf(method, uri);

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) =>
        (status is 403 or 429 || (status == 200 && PrimaryOf(plan) == GraphQL)) && Json.IsMediaType(mediaType);

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        AnswerHeaders headers = default;
        LimitHeaders limit = default;
        string resource = PrimaryOf(answer.Plan);
        string? pollInterval = null;
        foreach ((string name, HeaderStringValues lines) in answer.Headers)
        {
            if (!Read.MayContain(name) || headers.TryTake(name, lines))
            {
                continue;
            }

            switch (name.Length)
            {
                case 17 when AnswerHeaders.Is(name, "x-ratelimit-limit"):
                    limit.Limit = AnswerHeaders.Single(lines);
                    break;
                case 17 when AnswerHeaders.Is(name, "x-ratelimit-reset"):
                    limit.Reset = AnswerHeaders.Single(lines);
                    break;
                case 21 when AnswerHeaders.Is(name, "x-ratelimit-remaining"):
                    limit.Remaining = AnswerHeaders.Single(lines);
                    break;
                case 20 when AnswerHeaders.Is(name, "x-ratelimit-resource"):
                    resource = AnswerHeaders.QuotaName(lines) ?? resource;
                    break;
                case 15 when AnswerHeaders.Is(name, "x-poll-interval"):
                    pollInterval = AnswerHeaders.Single(lines);
                    break;
                default:
                    break;
            }
        }

        if (headers.IsFromCache)
        {
            limit = default;
        }

        DateTimeOffset now = headers.ServerNow(answer);
        ServerWait reset = ResetOf(limit, now);

        // Nearly every answer is this one; a verdict is large, and each that could be made here costs the others the clearing of its place.
        bool isPlain = answer.Status is 200 or 304 && pollInterval is null && !limit.IsExhausted && resource != GraphQL;
        Verdict verdict = isPlain ? Verdict.Ok : Judge(answer, headers, limit, resource, now, reset, pollInterval);
        Observe(answer.Status, limit, resource, reset.Time, ref verdict.Observed);
        return verdict;
    }

    private static CallPlan PlanGraphQL(HttpRequestMessage request)
    {
        GraphQLOperation operation = RequestBody.TryPeek(request.Content, out ReadOnlyMemory<byte> body) ? GraphQLOperation.Parse(body.Span) : default;
        return operation.Kind switch
        {
            GraphQLOperationKind.Query => new() { Quotas = Query, Replay = ReplaySafety.Safe, Operation = GraphQLName.Of("query", operation) },
            GraphQLOperationKind.Mutation => new()
            {
                Quotas = Creates(operation) ? Creation : Mutation,
                Replay = ReplaySafety.Unsafe,
                Operation = GraphQLName.Of("mutation", operation),
            },
            _ => new() { Quotas = Creation, Replay = ReplaySafety.Unsafe, Operation = "POST /graphql" },
        };
    }

    private static bool Creates(in GraphQLOperation operation) =>
        !operation.IsSingleField
        || operation.RootField is not { } field
        || field.StartsWith("create", StringComparison.Ordinal)
        || field.StartsWith("add", StringComparison.Ordinal);

    // Request to primary quota, as go-github maps it; x-ratelimit-resource in the answer is trusted over this guess.
    private static Charges ChargesOf(HttpMethod method, ReadOnlySpan<char> path) => path switch
    {
        _ when path.StartsWith("/repos/") => ChargesOfRepository(method, path),
        _ when path.StartsWith("/search/code") && method == HttpMethod.Get => CodeSearchCharges,
        _ when path.StartsWith("/search/") => SearchCharges,
        _ when path.Is("/app-manifests/*/conversions") => ManifestCharges,
        _ when path.StartsWith("/scim/") => ScimCharges,
        _ => ChargesOfLastSegment(path),
    };

    private static Charges ChargesOfRepository(HttpMethod method, ReadOnlySpan<char> path) => path switch
    {
        _ when path.EndsWith("/import") && method == HttpMethod.Put && path.Is("/repos/*/*/import") => ImportCharges,
        _ when path.EndsWith("/snapshots") && path.Is("/repos/*/*/dependency-graph/snapshots") => SnapshotCharges,
        _ when path.EndsWith("/sbom") && path.Is("/repos/*/*/dependency-graph/sbom") => SbomCharges,
        _ => ChargesOfLastSegment(path),
    };

    private static Charges ChargesOfLastSegment(ReadOnlySpan<char> path) =>
        path.EndsWith("/code-scanning/sarifs") ? ScanningCharges : path.EndsWith("/audit-log") ? AuditCharges : CoreCharges;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Verdict Judge(
        in ProviderAnswer answer, in AnswerHeaders headers, in LimitHeaders limit, string resource, DateTimeOffset now, in ServerWait reset, string? pollInterval) =>
        answer.Status switch
        {
            403 or 429 => JudgeRefusal(answer, headers, limit, resource, now, reset),
            200 when resource == GraphQL => JudgeGraphQL(answer, headers, limit, now, reset),
            202 when RequestPath.Of(answer.Uri).IndexOf("/stats/") > 0 =>
                headers.Conclude(new(VerdictKind.Transient, "HTTP 202: the statistics are being computed"), headers.Wait(now)),
            < 300 or 304 => Accept(headers, limit, resource, reset, pollInterval),
            _ => StatusVerdict.Of(answer.Status, headers, answer.Now),
        };

    private static Verdict JudgeRefusal(
        in ProviderAnswer answer, in AnswerHeaders headers, in LimitHeaders limit, string resource, DateTimeOffset now, in ServerWait reset)
    {
        JsonBody body = JsonBody.Open(answer.Body);
        _ = body.TryGetString(out string? message, "message");
        _ = body.TryGetString(out string? help, "documentation_url");
        ServerWait asked = headers.Wait(now);
        if (IsSecondary(message, help) || (asked.IsKnown && !limit.IsExhausted))
        {
            return RefuseSecondary(answer, headers, limit, asked, reset);
        }

        if (limit.IsExhausted || StartsWith(message, PrimaryPrefix))
        {
            return RefusePrimary(headers, asked.Or(limit.IsExhausted ? reset : ServerWait.None), resource);
        }

        // A primary refusal always says that nothing remains. What else is 429 is secondary, also with an HTML or empty body (gofri#29).
        return answer.Status == 429
            ? RefuseSecondary(answer, headers, limit, asked, reset)
            : headers.Conclude(new(VerdictKind.Fatal, "HTTP 403 with quota left and no sign of a secondary limit: a permission is missing"), ServerWait.None);
    }

    private static Verdict JudgeGraphQL(
        in ProviderAnswer answer, in AnswerHeaders headers, in LimitHeaders limit, DateTimeOffset now, in ServerWait reset)
    {
        GraphQLErrors errors = new(answer.Body);
        foreach (JsonBody error in errors)
        {
            // RATE_LIMIT with code graphql_rate_limit is what comes since late 2025, also with points left (plugin-throttling#636, #824).
            if (error.Has("RATE_LIMITED", "type") || error.Has("RATE_LIMIT", "type") || error.Has("graphql_rate_limit", "code")
                || error.Has("graphql_rate_limit", "extensions", "code"))
            {
                return RefusePartly(answer, errors, RefusePrimary(headers, headers.Wait(now).Or(reset), GraphQL));
            }

            if (error.TryGetString(out string? message, "message"))
            {
                if (IsSecondary(message, help: null))
                {
                    return RefusePartly(answer, errors, RefuseSecondary(answer, headers, limit, headers.Wait(now), reset));
                }

                if (StartsWith(message, ServerFault) && !errors.HasData)
                {
                    return headers.Conclude(new(VerdictKind.Transient, "the GraphQL server failed while executing the query"), headers.Wait(now));
                }
            }
        }

        return errors.IsRefusal
            ? headers.Conclude(new(VerdictKind.Fatal, "the GraphQL server refused the document"), ServerWait.None)
            : Accept(headers, limit, GraphQL, reset, pollInterval: null);
    }

    /// <summary>A refusal that came for a part of a mutation: sending all of it again would repeat the other parts.</summary>
    private static Verdict RefusePartly(in ProviderAnswer answer, in GraphQLErrors errors, Verdict refusal)
    {
        if (errors.IsPartlyExecuted && answer.Plan.Replay != ReplaySafety.Safe)
        {
            refusal.Retry = false;
        }

        return refusal;
    }

    private static Verdict RefusePrimary(in AnswerHeaders headers, in ServerWait wait, string resource) =>
        headers.Conclude(new(VerdictKind.RateLimited, "the primary rate limit is used up"), wait, resource);

    // The whole account stops: calls during a secondary limit prolong it and may get the integration banned. x-ratelimit-reset counts only when the primary
    // quota is empty as well; going by it alone sleeps an hour for nothing (changelog-generator#993).
    private static Verdict RefuseSecondary(
        in ProviderAnswer answer, in AnswerHeaders headers, in LimitHeaders limit, in ServerWait asked, in ServerWait reset)
    {
        ServerWait wait = asked.Or(limit.IsExhausted ? reset : ServerWait.None);
        if (!wait.IsKnown)
        {
            // What is repeated queues up behind the others: who meets the limit again is mostly another call.
            TimeSpan grown = SecondaryWait * Math.Pow(2, Math.Clamp(answer.Retries, 0, 16));
            TimeSpan doubled = 2 * answer.LastPause;
            grown = doubled > grown ? doubled : grown;
            TimeSpan longest = answer.Options.MaxServerWait > SecondaryWait ? answer.Options.MaxServerWait : SecondaryWait;
            wait = new(grown < longest ? grown : longest, "the documentation asks for a minute at least, then more each time");
        }

        return headers.Conclude(new(VerdictKind.RateLimited, "a secondary rate limit"), wait, Secondary) with { WholeAccount = true };
    }

    private static Verdict Accept(in AnswerHeaders headers, in LimitHeaders limit, string resource, in ServerWait reset, string? pollInterval)
    {
        Finding finding = new(VerdictKind.Ok, "the answer is no refusal");
        if (limit.IsExhausted)
        {
            return headers.Conclude(finding, reset, resource);
        }

        return WireDuration.TryParseSeconds(pollInterval, out TimeSpan interval)
            ? headers.Conclude(finding, new(interval, "x-poll-interval names the wait before this endpoint is polled again"), Polling)
            : Verdict.Ok;
    }

    private static ServerWait ResetOf(in LimitHeaders limit, DateTimeOffset now) =>
        EpochInstant.TryParse(limit.Reset, EpochUnit.Seconds, out DateTimeOffset instant, out bool otherUnit)
            ? new(RetryAfter.Until(instant, now), otherUnit ? "x-ratelimit-reset names the wait, though not in seconds as documented" : "x-ratelimit-reset names the wait")
            : ServerWait.None;

    private static void Observe(int status, in LimitHeaders limit, string resource, TimeSpan? reset, ref QuotaObservations observed)
    {
        if (limit.IsEmpty)
        {
            return;
        }

        QuotaObservation seen = limit.Observe(resource, resource == GraphQL ? LimitUnit.Points : LimitUnit.Requests, ResetMeaning.WindowEnd, reset);

        // A 304 is free when the request was authorised, and more than the anonymous limit proves that it was.
        bool isFree = status == 304 && seen.Limit > AnonymousLimit;
        observed.TryAdd(seen with
        {
            Cost = isFree ? 0 : QuotaObservation.Unknown,
            Window = resource switch
            {
                Core or GraphQL => TimeSpan.FromHours(1),
                Search or CodeSearch => TimeSpan.FromMinutes(1),
                _ => Timeout.InfiniteTimeSpan,
            },
        });
    }

    private static bool IsSecondary(string? message, string? help) =>
        StartsWith(message, SecondaryPrefix)
        || StartsWith(message, AbusePrefix)
        || (help is not null && (help.EndsWith("secondary-rate-limits", StringComparison.Ordinal) || help.EndsWith("#abuse-rate-limits", StringComparison.Ordinal)));

    private static bool StartsWith(string? message, string prefix) => message is not null && message.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    // GitHub Enterprise Server answers under /api/v3 and /api/graphql of its own host.
    private static ReadOnlySpan<char> PathOf(Uri? uri)
    {
        ReadOnlySpan<char> path = RequestPath.Of(uri);
        return path.StartsWith("/api/v3/") ? path["/api/v3".Length..] : path is "/api/graphql" ? "/graphql" : path;
    }

    // The primary quota comes after the narrower ones for writes.
    private static string PrimaryOf(in CallPlan plan)
    {
        if (!plan.Quotas.IsDefault)
        {
            foreach (QuotaUse use in plan.Quotas)
            {
                if (use.Resource is not (Content or Writes))
                {
                    return use.Resource;
                }
            }
        }

        return Core;
    }

    private static QuotaUse Primary(string resource) => new(resource, Cost.OneRequest, QuotaStart.FirstAnswer);

    private static QuotaUse Rest(int points) => new(Secondary, new Cost(1, Points: points), QuotaStart.Slow);

    // What a query costs of the hourly points is known to the server alone, and at least 1.
    private static ImmutableArray<QuotaUse> GraphQLUses(int points) =>
    [
        new(GraphQL, new Cost(1, Points: 1), QuotaStart.FirstAnswer), new(GraphQLPoints, new Cost(1, Points: points), QuotaStart.Slow),
        new(Secondary, Cost.OneRequest, QuotaStart.Slow),
    ];

    /// <summary>What REST requests on one primary quota are charged, the narrowest quota first.</summary>
    private sealed class Charges(string primary)
    {
        public ImmutableArray<QuotaUse> Read { get; } = [Primary(primary), Rest(ReadPoints)];

        public ImmutableArray<QuotaUse> Write { get; } = [WriteUse, Primary(primary), Rest(WritePoints)];

        public ImmutableArray<QuotaUse> Create { get; } = [ContentUse, WriteUse, Primary(primary), Rest(WritePoints)];
    }
}
