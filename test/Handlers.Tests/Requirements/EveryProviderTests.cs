using System.Globalization;
using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Requirements;

/// <summary>What every provider's client does in the whole chain, with its profile as it comes.</summary>
public sealed class EveryProviderTests
{
    private static readonly string[] Clients = ["api", "github", "openai", "gemini", "instantly", "attio", "linear", "anthropic", "stripe"];

    // The fate of an attempt, and whether another one follows.
    private static readonly (string Fate, bool Again)[] Table =
    [
        ("200", false), ("400", false), ("401", false), ("403", false), ("404", false), ("422", false), ("501", false),
        ("408", true), ("429", true), ("500", true), ("502", true), ("503", true), ("504", true),
        ("reset", true), ("timeout", true), ("refused", true), ("name", true),
    ];

    public static TheoryData<string, string, bool> Classification
    {
        get
        {
            TheoryData<string, string, bool> rows = [];
            foreach (string client in Clients)
            {
                foreach ((string fate, bool again) in Table)
                {
                    rows.Add(client, fate, again);
                }

                rows.Add(client, "409", client is "openai" or "anthropic" or "stripe");
            }

            return rows;
        }
    }

    [Theory]
    [Trait("Requirement", "B4")]
    [MemberData(nameof(Classification))]
    public async Task Repeats_what_may_succeed_later_and_nothing_else(string client, string fate, bool again)
    {
        using var bench = new Bench(client, settings: Settings.For(client, ("TotalTimeout", "none"), ("AttemptTimeout", "00:00:05"), ("Retry:MaxRetries", "1")));
        bench.Wire.OnEach(attempt => attempt.Number == 1 ? Fate(fate) : HttpStatusCode.OK);

        await bench.Run(async http =>
        {
            using HttpResponseMessage response = await http.GetAsync("things");
        });

        bench.Wire.Attempts.Count.ShouldBe(again ? 2 : 1);
    }

    [Theory]
    [Trait("Requirement", "A3")]
    [InlineData("api", "RateLimit", "\"default\";r=0;t=30", "{}")]
    [InlineData("api", "X-RateLimit-Reset", "{epoch}", "{}")]
    [InlineData("github", "x-ratelimit-reset", "{epoch}", """{"message":"API rate limit exceeded"}""")]
    [InlineData("openai", "retry-after-ms", "30000", "{}")]
    [InlineData("gemini", "X-Other", "-", """{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"30s"}]}}""")]
    [InlineData("instantly", "Retry-After", "30", "{}")]
    [InlineData("attio", "Retry-After", "{date}", "{}")]
    [InlineData("linear", "Retry-After", "30", "{}")]
    [InlineData("anthropic", "anthropic-ratelimit-requests-reset", "{rfc3339}", "{}")]
    [InlineData("stripe", "Retry-After", "30", "{}")]
    public async Task An_announced_wait_holds_for_every_caller_by_the_servers_clock(string client, string header, string value, string body)
    {
        foreach (int skew in (int[])[-3600, 0, 3600])
        {
            using var bench = new Bench(client, settings: Settings.For(client, ("TotalTimeout", "none"), ("Retry:MaxRetries", "1")));
            DateTimeOffset server = bench.Time.GetUtcNow().AddSeconds(skew);
            DateTimeOffset reset = server.AddSeconds(30);
            ScriptedAnswer refusal = ScriptedAnswer.Status(429)
                .Header("Date", server.ToString("R", CultureInfo.InvariantCulture))
                .Header(header, value
                    .Replace("{epoch}", reset.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    .Replace("{date}", reset.ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    .Replace("{rfc3339}", reset.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal))
                .Header("X-RateLimit-Remaining", "0")
                .Header("anthropic-ratelimit-requests-remaining", "0")
                .Json(body);
            bench.Wire.OnEach(attempt => attempt.Number == 1 ? refusal : HttpStatusCode.OK);

            await bench.Run(async http =>
            {
                Task<HttpResponseMessage> first = http.GetAsync("things");
                await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
                (await http.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
                (await first).StatusCode.ShouldBe(HttpStatusCode.OK);
            });

            bench.Wire.Attempts.Count.ShouldBe(3);
            bench.Wire.Attempts.Skip(1).ShouldAllBe(attempt => attempt.Elapsed >= TimeSpan.FromSeconds(30) && attempt.Elapsed < TimeSpan.FromSeconds(36));
        }
    }

    [Theory]
    [Trait("Requirement", "A3")]
    [InlineData("github", "x-ratelimit-remaining", "0", "x-ratelimit-reset", "{epoch}")]
    [InlineData("anthropic", "anthropic-ratelimit-requests-remaining", "0", "anthropic-ratelimit-requests-reset", "{rfc3339}")]
    [InlineData("api", "RateLimit", "\"default\";r=0;t=30", "X-Other", "-")]
    public async Task What_an_answer_says_about_the_next_call_is_learned_but_not_from_a_cache(string client, string header, string value, string other, string reset)
    {
        foreach (bool cached in (bool[])[false, true])
        {
            using var bench = new Bench(client, settings: Settings.For(client, ("TotalTimeout", "none")));
            DateTimeOffset end = bench.Time.GetUtcNow().AddSeconds(30);
            ScriptedAnswer last = ScriptedAnswer.Status(200)
                .Header("Date", bench.Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture))
                .Header("Age", cached ? "12" : "0")
                .Header(header, value)
                .Header(other, reset
                    .Replace("{epoch}", end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    .Replace("{rfc3339}", end.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal));
            bench.Wire.OnEach(attempt => attempt.Number == 1 ? last : HttpStatusCode.OK);

            await bench.Run(async http =>
            {
                (await http.PostAsync("v1/messages", null)).Dispose();
                (await http.PostAsync("v1/messages", null)).Dispose();
            });

            bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(cached ? 0 : 30, cached ? 5 : 36);
        }
    }

    [Theory]
    [Trait("Requirement", "A3")]
    [InlineData("Critical")]
    [InlineData("Background")]
    public async Task A_secondary_limit_without_a_hint_is_waited_out_for_longer_each_time(string workload)
    {
        using var bench = new Bench("github", settings: Settings.For("github", ("Workload", workload), ("TotalTimeout", "none")));
        bench.Wire.OnEach(attempt => attempt.Number <= 3
            ? ScriptedAnswer.Status(403).Json("""{"message":"You have exceeded a secondary rate limit. Please wait."}""")
            : HttpStatusCode.OK);

        await bench.Run(async http => (await http.GetAsync("repos/o/r")).StatusCode.ShouldBe(HttpStatusCode.OK));

        TimeSpan[] starts = [.. bench.Wire.Attempts.Select(attempt => attempt.Elapsed)];
        starts.Zip(starts.Skip(1), (one, next) => Math.Floor((next - one).TotalSeconds / 10) * 10).ShouldBe([60, 120, 240]);
    }

    [Theory]
    [Trait("Requirement", "A9")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_create_that_landed_before_its_connection_broke_is_done(bool landed)
    {
        const string id = "6f1f6c2e-0d6d-4a4c-9a63-0f4e2d7f7a10";
        using var bench = new Bench("linear");
        string conflict = """{"errors":[{"message":"conflict on insert of Issue","extensions":{"code":"INPUT_ERROR","type":"invalid input","userPresentableMessage":"Entity Issue with id """
            + id + """ already exists."}}],"data":null}""";
        bench.Wire.OnEach(attempt => (attempt.Number, landed) switch
        {
            (1, true) => new HttpRequestException(HttpRequestError.ResponseEnded, "cut"),
            _ => ScriptedAnswer.Status(400).Json(conflict),
        });

        await bench.Run(async http =>
        {
            string body = """{"query":"mutation C($input: IssueCreateInput!) { issueCreate(input: $input) { success } }","variables":{"input":{"id":"ID","title":"t"}}}"""
                .Replace("ID", id, StringComparison.Ordinal);
            using HttpResponseMessage response = await http.PostAsync("graphql", new StringContent(body, Encoding.UTF8, "application/json"));

            response.GetCallReport()!.AlreadyDone.ShouldBe(landed);
            (await response.Content.ReadAsStringAsync()).ShouldBe(conflict);
        });

        bench.Wire.Attempts.Count.ShouldBe(landed ? 2 : 1);
    }

    private static ScriptedAnswer? Fate(string fate) => fate switch
    {
        "reset" => new HttpRequestException(HttpRequestError.ResponseEnded, "cut"),
        "refused" => new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
        "name" => new HttpRequestException(HttpRequestError.NameResolutionError, "unknown"),
        "timeout" => ScriptedAnswer.Status(200).After(TimeSpan.FromHours(1)),
        _ => ScriptedAnswer.Status(int.Parse(fate, CultureInfo.InvariantCulture)).Json("{}"),
    };
}
