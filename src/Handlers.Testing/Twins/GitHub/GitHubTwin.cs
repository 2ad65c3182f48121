using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// GitHub's REST and GraphQL API as far as limits go: primary windows for core, search, code search and GraphQL, secondary limits with their
/// penalty, ETags bound to the token, 304s that cost no primary budget, redirects of moved repositories.
/// Quotas are named <c language="text">core</c>, <c language="text">search</c>, <c language="text">code_search</c>, <c language="text">graphql</c> and
/// <c language="text">secondary</c>; those of a second account end in #2, and so on.
/// </summary>
public sealed class GitHubTwin : ProviderTwin
{
    private const string Docs = "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api";
    private const string Vary = "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With";

    private readonly GitHubTwinOptions _options;
    private readonly Dictionary<string, GitHubAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal);
    private int _created;

    /// <summary>Makes a twin with GitHub's documented limits, or the given ones.</summary>
    public GitHubTwin(GitHubTwinOptions? options = null, TimeProvider? timeProvider = null)
        : base(options ??= new GitHubTwinOptions(), timeProvider) => _options = options;

    /// <inheritdoc/>
    public override Uri BaseAddress { get; } = new("https://api.github.com/");

    /// <summary>Changes the thing at this path, so that its ETag is another.</summary>
    public void Touch(string path)
    {
        lock (Sync)
        {
            _versions[path] = VersionOf(path) + 1;
        }
    }

    private protected override IEnumerable<string> QuotasOf(TwinRequest request)
    {
        string suffix = AccountOf(request).Suffix;
        return [ResourceOf(request) + suffix, "secondary" + suffix];
    }

    private protected override TwinReply? Refuse(TwinRequest request)
    {
        GitHubAccount account = AccountOf(request);
        long now = NowTicks;
        bool creates = Creates(request);
        SlidingWindow points = account.Points(EndpointOf(request));
        double cost = IsWrite(request) ? 5 : 1;
        FixedWindow primary = account.Primary(ResourceOf(request));

        bool shutOut = now < account.PenaltyUntil;
        if (shutOut || !account.Concurrency.Fits(now, 1) || !points.Fits(now, cost)
            || (creates && (!account.Content.Fits(now, 1) || !account.ContentHourly.Fits(now, 1))))
        {
            account.PenaltyUntil = now + _options.Penalty.Ticks;
            return Secondary(request, account, primary, creates, now);
        }

        points.Take(now, cost);
        request.Cost = PrimaryCostOf(request, account);
        if (!primary.Fits(now, request.Cost))
        {
            return Primary(request, account, primary, now);
        }

        if (creates)
        {
            account.Content.Take(now, 1);
            account.ContentHourly.Take(now, 1);
        }

        account.Concurrency.Take(now, 1);
        if (request.Cost > 0)
        {
            primary.Take(now, request.Cost);
        }

        request.AnswerHeaders.AddRange(Budget(request, primary, now));
        return null;
    }

    private protected override IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request)
    {
        GitHubAccount account = AccountOf(request);
        yield return (account.Concurrency, 1);
        yield return (account.Points(EndpointOf(request)), IsWrite(request) ? 5 : 1);
        yield return (account.Primary(ResourceOf(request)), PrimaryCostOf(request, account));
        if (Creates(request))
        {
            yield return (account.Content, 1);
            yield return (account.ContentHourly, 1);
        }
    }

    private protected override ProviderTwin Anew() => new GitHubTwin(_options, Time);

    private protected override void Release(TwinRequest request) => AccountOf(request).Concurrency.Return(1);

    private protected override TwinReply Execute(TwinRequest request)
    {
        if (_options.Redirects.TryGetValue(request.Path, out string? moved))
        {
            string location = new Uri(request.Uri, moved + request.Uri.Query).AbsoluteUri;
            return TwinReply.Json(request.IsRead ? 301 : 307, new JsonObject { ["message"] = "Moved Permanently", ["url"] = location, ["documentation_url"] = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects" }.ToJsonString())
                .With("Location", location);
        }

        if (request.Path == "/rate_limit")
        {
            return TwinReply.Json(200, RateLimit(AccountOf(request)).ToJsonString());
        }

        return ResourceOf(request) switch
        {
            "graphql" => TwinReply.Json(200, """{"data":{"viewer":{"login":"octocat"}}}"""),
            "search" or "code_search" => TwinReply.Json(200, """{"total_count":0,"incomplete_results":false,"items":[]}"""),
            _ => request.IsRead ? Read(request) : Write(request),
        };
    }

    // An installation token too many expires by itself.
    private protected override string? EffectOf(TwinRequest request) =>
        request.Method != "POST" || IsToken(request) || (IsGraphQL(request) && !IsWrite(request)) ? null : WriteKey(request);

    private TwinReply Read(TwinRequest request)
    {
        string tag = TagOf(request);
        TwinReply reply = NotModified(request, AccountOf(request))
            ? new TwinReply { Status = 304 }
            : TwinReply.Json(200, new JsonObject { ["url"] = request.Uri.AbsoluteUri, ["version"] = VersionOf(request.Path) }.ToJsonString());
        return reply
            .With("ETag", tag)
            .With("Cache-Control", AccountOf(request).Authorised ? "private, max-age=60, s-maxage=60" : "public, max-age=60, s-maxage=60")
            .With("Vary", Vary);
    }

    private TwinReply Write(TwinRequest request)
    {
        Touch(request.Path);
        if (request.Method == "DELETE")
        {
            return new TwinReply { Status = 204 };
        }

        if (IsToken(request))
        {
            string expires = Clock.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            return TwinReply.Json(201, new JsonObject { ["token"] = $"ghs_{++_created:D16}", ["expires_at"] = expires }.ToJsonString());
        }

        bool created = request.Method == "POST";
        _created += created ? 1 : 0;
        return TwinReply.Json(created ? 201 : 200, new JsonObject { ["id"] = _created, ["url"] = request.Uri.AbsoluteUri }.ToJsonString());
    }

    private TwinReply Primary(TwinRequest request, GitHubAccount account, FixedWindow primary, long now)
    {
        const string Message = "API rate limit exceeded for user ID 1.";
        string quota = ResourceOf(request) + account.Suffix;
        if (IsGraphQL(request))
        {
            JsonObject error = _options.NewGraphQLDialect
                ? new() { ["type"] = "RATE_LIMIT", ["code"] = "graphql_rate_limit", ["message"] = "API rate limit already exceeded for user ID 1." }
                : new() { ["type"] = "RATE_LIMITED", ["message"] = Message };
            JsonObject answer = _options.NewGraphQLDialect ? new() { ["data"] = null } : [];
            answer["errors"] = new JsonArray(error);
            return Refusal(200, answer);
        }

        return Refusal(_options.RefusalStatus, new JsonObject { ["message"] = Message, ["documentation_url"] = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api" });

        TwinReply Refusal(int status, JsonObject body) =>
            new TwinReply { Status = status, Body = new ScriptedBody().Text(body.ToJsonString()), RefusedBy = quota, Named = primary.WholeAt(now) }
                .With(Budget(request, primary, now));
    }

    private TwinReply Secondary(TwinRequest request, GitHubAccount account, FixedWindow primary, bool creates, long now)
    {
        string message = creates
            ? "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later."
            : "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        TwinReply reply = new TwinReply
        {
            Status = _options.RefusalStatus,
            Body = new ScriptedBody().Text(new JsonObject { ["message"] = message, ["documentation_url"] = Docs + "#about-secondary-rate-limits" }.ToJsonString()),
            RefusedBy = "secondary" + account.Suffix,
        }.With(Budget(request, primary, now));
        return Draw() < _options.SilentRefusals ? reply : RetryAfter(reply, account.PenaltyUntil - now);
    }

    private static KeyValuePair<string, string>[] Budget(TwinRequest request, FixedWindow primary, long now)
    {
        double remaining = primary.Remaining(now);
        long reset = (primary.WholeAt(now) - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
        return
        [
            new("x-ratelimit-limit", Text(primary.Limit)),
            new("x-ratelimit-remaining", Text(remaining)),
            new("x-ratelimit-reset", Text(reset)),
            new("x-ratelimit-used", Text(primary.Limit - remaining)),
            new("x-ratelimit-resource", ResourceOf(request)),
            new("x-github-request-id", string.Create(CultureInfo.InvariantCulture, $"0402:25A1:{request.Number:X7}")),
        ];

        static string Text(double value) => value.ToString("F0", CultureInfo.InvariantCulture);
    }

    private JsonObject RateLimit(GitHubAccount account)
    {
        long now = NowTicks;
        var resources = new JsonObject();
        foreach (string resource in (string[])["core", "search", "code_search", "graphql"])
        {
            FixedWindow window = account.Primary(resource);
            resources[resource] = new JsonObject
            {
                ["limit"] = (int)window.Limit,
                ["used"] = (int)(window.Limit - window.Remaining(now)),
                ["remaining"] = (int)window.Remaining(now),
                ["reset"] = (window.WholeAt(now) - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond,
            };
        }

        return new JsonObject { ["resources"] = resources, ["rate"] = resources["core"]!.DeepClone() };
    }

    private double PrimaryCostOf(TwinRequest request, GitHubAccount account)
    {
        if (request.Path == "/rate_limit" || (account.Authorised && NotModified(request, account)))
        {
            return 0;
        }

        return IsGraphQL(request) ? _options.GraphQLCostOf?.Invoke(request) ?? 1 : 1;
    }

    private bool NotModified(TwinRequest request, GitHubAccount account) =>
        request.IsRead && request.Header("If-None-Match") is { } known && !_options.Redirects.ContainsKey(request.Path)
        && known.Split(',', StringSplitOptions.TrimEntries).Contains(TagOf(request), StringComparer.Ordinal);

    // Bound to the token: the same thing read with a renewed token has another tag.
    private string TagOf(TwinRequest request)
    {
        string about = string.Create(CultureInfo.InvariantCulture, $"{request.Uri.PathAndQuery}\n{request.Header("Authorization")}\n{VersionOf(request.Path)}");
        return $"W/\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(about)).AsSpan(0, 16))}\"";
    }

    private int VersionOf(string path) => _versions.GetValueOrDefault(path, 1);

    private GitHubAccount AccountOf(TwinRequest request)
    {
        string credential = request.Header("Authorization") ?? "";
        if (!_accounts.TryGetValue(credential, out GitHubAccount? account))
        {
            string suffix = _accounts.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"#{_accounts.Count + 1}");
            account = new GitHubAccount(_options, suffix, credential.Length > 0);
            _accounts.Add(credential, account);
        }

        return account;
    }

    private string EndpointOf(TwinRequest request) => IsGraphQL(request) ? "graphql" : _options.PointsByEndpoint ? Template(request.Path) : "";

    // Owner, repository, user and numbers don't make an endpoint of their own.
    private static string Template(string path)
    {
        string[] parts = path.Split('/');
        for (int i = 2; i < parts.Length; i++)
        {
            bool named = (i is 2 or 3 && parts[1] == "repos") || (i == 2 && parts[1] is "users" or "orgs");
            if (named || (parts[i].Length > 0 && char.IsAsciiDigit(parts[i][0])))
            {
                parts[i] = "*";
            }
        }

        return string.Join('/', parts);
    }

    private static string ResourceOf(TwinRequest request) =>
        IsGraphQL(request) ? "graphql"
        : request.Path == "/search/code" ? "code_search"
        : request.Path.StartsWith("/search/", StringComparison.Ordinal) ? "search"
        : "core";

    private static bool IsGraphQL(TwinRequest request) => request.Path is "/graphql" or "/api/graphql";

    private static bool IsToken(TwinRequest request) =>
        request.Path.StartsWith("/app/installations/", StringComparison.Ordinal) && request.Path.EndsWith("/access_tokens", StringComparison.Ordinal);

    private static bool Creates(TwinRequest request) => IsWrite(request) && request.Method != "DELETE" && !IsToken(request);

    private static bool IsWrite(TwinRequest request) => IsGraphQL(request) ? IsMutation(request) : !request.IsRead;

    private static bool IsMutation(TwinRequest request) =>
        request.Json.ValueKind == JsonValueKind.Object && request.Json.TryGetProperty("query", out JsonElement query)
        && query.ValueKind == JsonValueKind.String && query.GetString()!.TrimStart().StartsWith("mutation", StringComparison.Ordinal);
}
