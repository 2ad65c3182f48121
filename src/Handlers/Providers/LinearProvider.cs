using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// Linear, a GraphQL API. Sources, checked 2026-11-21: linear.app/developers/rate-limiting and /graphql, linear/linear packages/sdk error.ts, graphql-client.ts and
/// schema.graphql [2026-07-22]; kendex#1018, nango#3108, PostHog#63027 (captures), third-party live captures of 2026-08-12.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>requests</term><description>per user over all keys, an hour's number announced in headers (2,500 for a key, 5,000 for an OAuth app; the numbers
/// change)</description></item>
/// <item><term>complexity</term><description>points per hour, announced; what a query cost comes back in <c>X-Complexity</c></description></item>
/// <item><term>searchIssues, searchDocuments, searchProjects, semanticSearch</term><description>30/minute each</description></item>
/// </list>
/// Leaky buckets that refill at limit ÷ hour: a reset is when one is full, an upper bound. Resets are Unix milliseconds.
/// A refusal is HTTP 400 with <c>extensions.code</c> RATELIMITED, so a 400 is not fatal by itself; the edge sends a true 429 with HTML. Whether 200 comes with
/// RATELIMITED is unconfirmed: it is taken for a limit, unless part of a mutation was executed.
/// Replay: queries, one <c>…Update</c> or <c>…Delete</c> mutation, one <c>…Create</c> whose <c>input</c> has an <c>id</c> made by the client:
/// the second is refused with "already exists", which on a retry proves the first one landed. Other mutations are not. Inputs whose <c>id</c> is known to be
/// optional (schema.graphql) get one where they are a variable, and whether the entity exists can be asked.
/// </remarks>
internal sealed class LinearProvider : Provider
{
    public const string Requests = "requests";
    public const string Complexity = "complexity";

    private const string Creation = "Create";

    // Their inputs take an id, and the query of the same name finds one by it.
    private static readonly string[] Identified = ["issue", "comment", "project", "attachment", "issueLabel", "document", "cycle"];

    private static readonly string[] Searches = ["searchIssues", "searchDocuments", "searchProjects", "semanticSearch"];

    private static readonly ImmutableArray<QuotaUse> Uses =
        [new(Requests, Cost.OneRequest, QuotaStart.FirstAnswer), new(Complexity, new Cost(0, Points: 1), QuotaStart.FirstAnswer)];

    private static readonly ImmutableArray<QuotaUse>[] SearchUses =
        [.. Searches.Select(search => (ImmutableArray<QuotaUse>)[new(search, Cost.OneRequest, QuotaStart.Slow), .. Uses])];

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public override string Name => "linear";

    public override IReadOnlyList<string> Hosts { get; } = ["api.linear.app"];

    public override IReadOnlyList<string> Resources { get; } = [Requests, Complexity, .. Searches];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
        foreach (string search in Searches)
        {
            options.Pacing.Groups[search] = new() { Limits = "30/minute" };
        }
    }

    public override CallPlan Plan(HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Post || RequestPath.Of(request.RequestUri) is not "/graphql")
        {
            return new() { Quotas = Uses };
        }

        GraphQLOperation operation = RequestBody.TryPeek(request.Content, out ReadOnlyMemory<byte> body) ? GraphQLOperation.Parse(body.Span) : default;
        return operation.Kind switch
        {
            GraphQLOperationKind.Query => new()
            {
                Quotas = UsesOf(operation.RootField),
                Replay = ReplaySafety.Safe,
                IsRead = true,
                Operation = GraphQLName.Of("query", operation),
            },
            GraphQLOperationKind.Mutation => PlanMutation(operation, body.Span),
            _ => new() { Quotas = Uses, Replay = ReplaySafety.Unsafe, Operation = "POST /graphql" },
        };
    }

    // 5xx say all there is to say in their status.
    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => status is 200 or (>= 400 and < 500) && Json.IsMediaType(mediaType);

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
        GraphQLErrors errors = new(answer.Body);
        Finding finding = FindingOf(answer, errors, out bool isAlreadyDone);
        ExhaustedLimits exhausted = limits.Exhausted(answer.Plan, now);
        Verdict verdict = finding.Kind switch
        {
            VerdictKind.RateLimited => headers.Conclude(finding, headers.Wait(now).Or(exhausted.Wait(Limits.Source)), exhausted.Resource ?? Requests),
            VerdictKind.Ok when answer.Status is < 300 or 304 => headers.Conclude(finding, exhausted.Wait(Limits.Source), exhausted.Resource),
            VerdictKind.Transient when answer.Status < 500 => headers.Conclude(finding, headers.Wait(now)),
            VerdictKind.Fatal or VerdictKind.QuotaExhausted => headers.Conclude(finding, ServerWait.None),
            _ => StatusVerdict.Of(answer.Status, headers, answer.Now),
        };
        if (finding.Kind == VerdictKind.RateLimited && answer.Plan.Replay != ReplaySafety.Safe && errors.IsPartlyExecuted)
        {
            verdict.Retry = false;
        }

        verdict.AlreadyDone = isAlreadyDone;
        limits.Observe(answer.Plan, now, ref verdict.Observed);
        return verdict;
    }

    public override HttpContent? PutId(HttpContent content, Guid id)
    {
        if (!RequestBody.TryPeek(content, out ReadOnlyMemory<byte> bytes) || GraphQLOperation.Parse(bytes.Span).Input.Variable is not { } input
            || JsonEdit.Insert(bytes.Span, "id", id.ToString(), "variables", input) is not { } body)
        {
            return null;
        }

        var identified = new ByteArrayContent(body);
        foreach ((string name, HeaderStringValues lines) in content.Headers.NonValidated)
        {
            if (!AnswerHeaders.Is(name, "Content-Length"))
            {
                identified.Headers.TryAddWithoutValidation(name, lines);
            }
        }

        return identified;
    }

    public override HttpRequestMessage? AskWhetherDone(HttpRequestMessage request, in CallPlan plan)
    {
        if (plan.NaturalKey is not { } id || !RequestBody.TryPeek(request.Content, out ReadOnlyMemory<byte> body)
            || GraphQLOperation.Parse(body.Span).RootField is not { } field || EntityOf(field) is not { } entity)
        {
            return null;
        }

        string question = $$$"""{"query":"query($id:String!){{{{entity}}}(id:$id){id}}","variables":{"id":"{{{JsonEncodedText.Encode(id)}}}"}}""";
        return new HttpRequestMessage(HttpMethod.Post, request.RequestUri) { Content = new StringContent(question, Encoding.UTF8, "application/json") };
    }

    public override bool? ReadWhetherDone(int status, ReadOnlySpan<byte> body)
    {
        JsonBody answer = JsonBody.Open(body);
        foreach (string entity in Identified)
        {
            if (answer.TryGetString(out _, "data", entity, "id"))
            {
                return true;
            }
        }

        // "Entity not found: Issue". Any other error says nothing about the entity.
        return new GraphQLErrors(body) is { IsRefusal: true }
            && answer.TryGetString(out string? message, "errors", "message") && message.Contains("not found", StringComparison.OrdinalIgnoreCase)
            ? false
            : null;
    }

    private static Finding FindingOf(in ProviderAnswer answer, in GraphQLErrors errors, out bool isAlreadyDone)
    {
        isAlreadyDone = false;
        foreach (JsonBody error in errors)
        {
            if (error.Has("RATELIMITED", "extensions", "code") || error.Has("ratelimited", "extensions", "type"))
            {
                return new(VerdictKind.RateLimited, "extensions.code RATELIMITED");
            }
        }

        if (answer.Status == 429 || !errors.IsRefusal)
        {
            return StatusVerdict.Of(answer.Status);
        }

        Finding finding = new(VerdictKind.Fatal, "the server refused the document, its input or the credential");
        foreach (JsonBody error in errors)
        {
            _ = error.TryGetString(out string? type, "extensions", "type");
            switch (type)
            {
                case "usage limit exceeded":
                    return new(VerdictKind.QuotaExhausted, "usage limit exceeded: the plan allows no more");
                case "lock timeout" or "internal error":
                    finding = new(VerdictKind.Transient, "the server failed while executing the document");
                    break;
                default:
                    if (IsConflictOnInsert(error, answer.Plan.NaturalKey))
                    {
                        isAlreadyDone = answer.Retries > 0;
                        return new(VerdictKind.Fatal, "an entity with the id that was made for it exists already");
                    }

                    break;
            }
        }

        return finding;
    }

    // Only an entity with our own id proves anything: "Entity Issue with id … already exists."
    private static bool IsConflictOnInsert(in JsonBody error, string? id) =>
        id is not null
        && ((error.TryGetString(out string? text, "extensions", "userPresentableMessage") && Says(text, id)) || (error.TryGetString(out text, "message") && Says(text, id)));

    private static bool Says(string text, string id) =>
        text.Contains(id, StringComparison.OrdinalIgnoreCase) && text.Contains("already exists", StringComparison.OrdinalIgnoreCase);

    private static CallPlan PlanMutation(in GraphQLOperation operation, ReadOnlySpan<byte> body)
    {
        string field = operation is { IsSingleField: true, RootField: { } name } ? name : "";
        JsonBody request = field.EndsWith(Creation, StringComparison.Ordinal) ? JsonBody.Open(body) : default;
        string? id = request.IsObject ? operation.Input.IdIn(request) : null;
        bool isSafe = id is not null || field.EndsWith("Update", StringComparison.Ordinal) || field.EndsWith("Delete", StringComparison.Ordinal);
        return new()
        {
            Quotas = Uses,
            Replay = isSafe ? ReplaySafety.Safe : ReplaySafety.Unsafe,
            NaturalKey = id,
            TakesId = operation.Input.Variable is { } input && request.At("variables", input) is { IsObject: true } given && given.At("id").IsEmpty
                && EntityOf(field) is not null,
            Operation = GraphQLName.Of("mutation", operation),
        };
    }

    /// <summary>What a creation makes; null when it is not known to take an id.</summary>
    private static string? EntityOf(string field) =>
        field.EndsWith(Creation, StringComparison.Ordinal) ? Array.Find(Identified, entity => field.AsSpan(0, field.Length - Creation.Length).SequenceEqual(entity)) : null;

    private static ImmutableArray<QuotaUse> UsesOf(string? rootField)
    {
        int search = rootField is null ? -1 : Array.IndexOf(Searches, rootField);
        return search < 0 ? Uses : SearchUses[search];
    }

    /// <summary>The <c>X-RateLimit-{Requests,Complexity,Endpoint-Requests}-{Limit,Remaining,Reset}</c> family and <c>X-Complexity</c>.</summary>
    private struct Limits
    {
        public const string Source = "X-RateLimit-Reset names when the exhausted bucket is full";

        private const string Prefix = "X-RateLimit-";

        private LimitHeaders _requests;
        private LimitHeaders _complexity;
        private LimitHeaders _endpoint;
        private string? _endpointName;
        private string? _cost;

        public bool TryTake(string name, HeaderStringValues lines)
        {
            if (name.Length == 12 && AnswerHeaders.Is(name, "X-Complexity"))
            {
                _cost = AnswerHeaders.Single(lines);
                return true;
            }

            if (name.Length <= Prefix.Length || !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            ReadOnlySpan<char> rest = name.AsSpan(Prefix.Length);
            if (Is(rest, "Endpoint-Name"))
            {
                _endpointName = AnswerHeaders.QuotaName(lines);
                return true;
            }

            int dash = rest.LastIndexOf('-');
            if (dash < 0)
            {
                return false;
            }

            ReadOnlySpan<char> field = rest[(dash + 1)..];
            rest = rest[..dash];
            return Is(rest, "Requests") ? _requests.TryTake(field, lines)
                : Is(rest, "Complexity") ? _complexity.TryTake(field, lines)
                : Is(rest, "Endpoint-Requests") && _endpoint.TryTake(field, lines);
        }

        public readonly ExhaustedLimits Exhausted(in CallPlan plan, DateTimeOffset now)
        {
            ExhaustedLimits exhausted = default;
            Add(ref exhausted, _requests, Requests, now);
            Add(ref exhausted, _complexity, Complexity, now);
            Add(ref exhausted, _endpoint, EndpointOf(plan), now);
            return exhausted;
        }

        public readonly void Observe(in CallPlan plan, DateTimeOffset now, ref QuotaObservations observed)
        {
            if (_requests.HasCount)
            {
                observed.TryAdd(_requests.Observe(Requests, LimitUnit.Requests, ResetMeaning.TimeUntilFull, ResetOf(_requests, now)) with { Window = Hour });
            }

            long cost = LimitHeaders.Count(_cost);
            if (_complexity.HasCount || cost >= 0)
            {
                observed.TryAdd(_complexity.Observe(Complexity, LimitUnit.Points, ResetMeaning.TimeUntilFull, ResetOf(_complexity, now)) with
                {
                    Window = Hour,
                    Cost = cost,
                });
            }

            if (_endpoint.HasCount)
            {
                observed.TryAdd(_endpoint.Observe(EndpointOf(plan), LimitUnit.Requests, ResetMeaning.TimeUntilFull, ResetOf(_endpoint, now)));
            }
        }

        private static void Add(ref ExhaustedLimits exhausted, in LimitHeaders limit, string resource, DateTimeOffset now)
        {
            if (limit.IsExhausted)
            {
                exhausted.Add(resource, ResetOf(limit, now), ResetMeaning.TimeUntilFull);
            }
        }

        private static TimeSpan? ResetOf(in LimitHeaders limit, DateTimeOffset now) =>
            EpochInstant.TryParse(limit.Reset, EpochUnit.Milliseconds, out DateTimeOffset instant, out _) ? RetryAfter.Until(instant, now) : null;

        private static bool Is(ReadOnlySpan<char> text, string expected) => text.Equals(expected, StringComparison.OrdinalIgnoreCase);

        // What the call was charged to can be blocked; the server's own name for the operation is the second best.
        private readonly string EndpointOf(in CallPlan plan) =>
            plan.Quotas is { IsDefaultOrEmpty: false } uses && uses[0].Resource != Requests ? uses[0].Resource
            : _endpointName ?? "endpoint";
    }
}
