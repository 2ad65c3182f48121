using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// Linear's GraphQL API as far as limits go: leaky buckets of requests and complexity, resets in epoch milliseconds that tell when a
/// bucket is full, refusals as HTTP 400, creations with an id of the client's that are refused when repeated. Quotas are named
/// <c language="text">requests</c>, <c language="text">complexity</c> and <c language="text">search</c>; those of a second user end in #2.
/// </summary>
public sealed partial class LinearTwin : ProviderTwin
{
    private readonly LinearTwinOptions _options;
    private readonly Dictionary<string, LinearUser> _users = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.OrdinalIgnoreCase);
    private int _created;

    /// <summary>Makes a twin with Linear's documented limits, or the given ones.</summary>
    public LinearTwin(LinearTwinOptions? options = null, TimeProvider? timeProvider = null)
        : base(options ??= new LinearTwinOptions(), timeProvider) => _options = options;

    /// <inheritdoc/>
    public override Uri BaseAddress { get; } = new("https://api.linear.app/");

    [GeneratedRegex("search(Issues|Documents|Projects)|semanticSearch", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SearchPattern { get; }

    [GeneratedRegex("[{\\s](?<name>[a-z][A-Za-z]*)Create\\s*\\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CreationPattern { get; }

    [GeneratedRegex("input\\s*:\\s*\\{[^{}]*\\bid\\s*:\\s*\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern { get; }

    private protected override IEnumerable<string> QuotasOf(TwinRequest request)
    {
        string suffix = UserOf(request).Suffix;
        string[] quotas = ["requests" + suffix, "complexity" + suffix];
        return SearchOf(request) is null ? quotas : [.. quotas, "search" + suffix];
    }

    private protected override TwinReply? Refuse(TwinRequest request)
    {
        LinearUser user = UserOf(request);
        long now = NowTicks;
        request.Cost = ComplexityOf(request);
        if (request.Cost > _options.MaxComplexity)
        {
            string message = string.Create(CultureInfo.InvariantCulture, $"Query too complex: complexity {request.Cost:F0} exceeds the maximum of {_options.MaxComplexity}.");
            return TwinReply.Json(400, Error(message, "INPUT_ERROR", "invalid input", 400));
        }

        string? search = SearchOf(request);
        if (!user.Requests.Fits(now, 1))
        {
            return Limited(request, user, "requests", $"{_options.RequestsPerHour} requests are", now);
        }

        if (!user.Complexity.Fits(now, request.Cost))
        {
            return Limited(request, user, "complexity", $"{_options.ComplexityPerHour} complexity points are", now);
        }

        if (search is not null && !user.Searches.Fits(now, 1))
        {
            return Limited(request, user, "search", $"{_options.SearchesPerMinute} requests to {search} are", now);
        }

        user.Requests.Take(now, 1);
        user.Complexity.Take(now, request.Cost);
        if (search is not null)
        {
            user.Searches.Take(now, 1);
        }

        request.AnswerHeaders.AddRange(Budget(request, user, now));
        return null;
    }

    private protected override TwinReply Execute(TwinRequest request)
    {
        if (CreationOf(request) is not { } entity)
        {
            return TwinReply.Json(200, """{"data":{"viewer":{"id":"u1"}}}""");
        }

        string? id = IdOf(request);
        if (id is not null && !_ids.Add(id))
        {
            return TwinReply.Json(200, Error($"conflict on insert of {entity}", "INPUT_ERROR", "invalid input", 400, $"Entity {entity} with id {id} already exists."));
        }

        string name = string.Concat(entity[..1].ToLowerInvariant(), entity.AsSpan(1));
        id ??= string.Create(CultureInfo.InvariantCulture, $"6f1f6c2e-0d6d-4a4c-9a63-{++_created:D12}");
        var created = new JsonObject { [$"{name}Create"] = new JsonObject { ["success"] = true, [name] = new JsonObject { ["id"] = id } } };
        return TwinReply.Json(200, new JsonObject { ["data"] = created }.ToJsonString());
    }

    private protected override IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request)
    {
        LinearUser user = UserOf(request);
        yield return (user.Requests, 1);
        yield return (user.Complexity, ComplexityOf(request));
        if (SearchOf(request) is not null)
        {
            yield return (user.Searches, 1);
        }
    }

    private protected override ProviderTwin Anew() => new LinearTwin(_options, Time);

    // An id of the client's makes a repetition harmless, and updates and deletions are.
    private protected override string? EffectOf(TwinRequest request) =>
        CreationOf(request) is not null && IdOf(request) is null ? WriteKey(request) : null;

    // The edge in front of the API refuses with a page.
    private protected override string ErrorBody(int status) =>
        status == 429 ? "<!DOCTYPE html><html><title>Rate limited</title></html>" : """{"errors":[{"message":"Service unavailable"}]}""";

    private TwinReply Limited(TwinRequest request, LinearUser user, string quota, string allowance, long now)
    {
        TimeSpan period = quota == "search" ? _options.SearchPeriod : _options.Period;
        string span = period == TimeSpan.FromHours(1) ? "1 hour" : period == TimeSpan.FromMinutes(1) ? "1 minute" : string.Create(CultureInfo.InvariantCulture, $"{period.TotalSeconds:0.###} seconds");
        string message = $"Rate limit exceeded. Only {allowance} allowed per {span}. For more information see our developer docs at: https://linear.app/developers/rate-limiting";
        return new TwinReply
        {
            Status = 400,
            RefusedBy = quota + user.Suffix,
            Body = new ScriptedBody().Text(Error(message, "RATELIMITED", "ratelimited", 429, "Rate limit exceeded.")),
        }.With(Budget(request, user, now));
    }

    private static List<KeyValuePair<string, string>> Budget(TwinRequest request, LinearUser user, long now)
    {
        List<KeyValuePair<string, string>> headers = [.. Bucket("Requests", user.Requests, now)];
        headers.Add(new("X-Complexity", request.Cost.ToString("F0", CultureInfo.InvariantCulture)));
        headers.AddRange(Bucket("Complexity", user.Complexity, now));
        if (SearchOf(request) is { } search)
        {
            headers.AddRange(Bucket("Endpoint-Requests", user.Searches, now));
            headers.Add(new("X-RateLimit-Endpoint-Name", search));
        }

        return headers;
    }

    private static IEnumerable<KeyValuePair<string, string>> Bucket(string name, RefillingBucket bucket, long now)
    {
        long reset = (bucket.WholeAt(now) - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return
        [
            new($"X-RateLimit-{name}-Limit", bucket.Limit.ToString("F0", CultureInfo.InvariantCulture)),
            new($"X-RateLimit-{name}-Remaining", Math.Floor(bucket.Remaining(now)).ToString("F0", CultureInfo.InvariantCulture)),
            new($"X-RateLimit-{name}-Reset", reset.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    private static string Error(string message, string code, string type, int status, string? presentable = null)
    {
        var extensions = new JsonObject { ["code"] = code, ["statusCode"] = status, ["userError"] = true, ["type"] = type };
        if (presentable is not null)
        {
            extensions["userPresentableMessage"] = presentable;
        }

        return new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["message"] = message, ["extensions"] = extensions }), ["data"] = null }.ToJsonString();
    }

    private double ComplexityOf(TwinRequest request) => _options.ComplexityOf?.Invoke(request) ?? 52;

    private LinearUser UserOf(TwinRequest request)
    {
        string credential = request.Header("Authorization") ?? "";
        if (!_users.TryGetValue(credential, out LinearUser? user))
        {
            user = new LinearUser(_options, _users.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"#{_users.Count + 1}"));
            _users.Add(credential, user);
        }

        return user;
    }

    private static string QueryOf(TwinRequest request) =>
        request.Json.ValueKind == JsonValueKind.Object && request.Json.TryGetProperty("query", out JsonElement query) && query.ValueKind == JsonValueKind.String
            ? query.GetString()!
            : "";

    private static string? SearchOf(TwinRequest request) => SearchPattern.Match(QueryOf(request)) is { Success: true } match ? match.Value : null;

    /// <summary>The entity that a creating mutation makes, such as Issue.</summary>
    private static string? CreationOf(TwinRequest request)
    {
        string query = QueryOf(request).TrimStart();
        return query.StartsWith("mutation", StringComparison.Ordinal) && CreationPattern.Match(query) is { Success: true } match
            ? string.Concat(match.Groups["name"].Value[..1].ToUpperInvariant(), match.Groups["name"].Value.AsSpan(1))
            : null;
    }

    // In the variables, as libraries send it, or written into the mutation.
    private static string? IdOf(TwinRequest request)
    {
        if (request.Json.TryGetProperty("variables", out JsonElement variables) && variables.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonElement holder in (JsonElement[])[.. variables.EnumerateObject().Select(static variable => variable.Value), variables])
            {
                if (holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String)
                {
                    return id.GetString();
                }
            }
        }

        return IdPattern.Match(QueryOf(request)) is { Success: true } match ? match.Groups["id"].Value : null;
    }
}
