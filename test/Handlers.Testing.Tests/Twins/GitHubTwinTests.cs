using System.Net;

namespace Handlers.Testing.Tests.Twins;

public class GitHubTwinTests
{
    [Fact]
    public async Task The_primary_window_starts_at_the_first_call_and_refuses_with_the_documented_headers_and_body()
    {
        using var bench = Bench(options => options.CoreLimit = 2);

        await bench.Run(async () =>
        {
            await bench.Wait(100);
            HttpResponseMessage first = await bench.Get("repos/o/r/issues");
            await bench.Get("repos/o/r/issues");
            HttpResponseMessage refusal = await bench.Get("repos/o/r/issues");

            first.Number("x-ratelimit-limit").ShouldBe(2);
            first.Number("x-ratelimit-remaining").ShouldBe(1);
            first.Number("x-ratelimit-used").ShouldBe(1);
            first.Header("x-ratelimit-resource").ShouldBe("core");
            first.Number("x-ratelimit-reset").ShouldBe(new DateTimeOffset(2026, 11, 21, 13, 1, 41, TimeSpan.Zero).ToUnixTimeSeconds());
            refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            refusal.Number("x-ratelimit-remaining").ShouldBe(0);
            refusal.Header("Retry-After").ShouldBe("");
            (await refusal.Content.ReadAsStringAsync()).ShouldBe("""{"message":"API rate limit exceeded for user ID 1.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"}""");

            await bench.Wait(3599);
            (await bench.Get("repos/o/r/issues")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            await bench.Wait(2);
            (await bench.Get("repos/o/r/issues")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Early.ShouldBe(1);
        bench.Twin.Quotas["core"].Refused.ShouldBe(2);
    }

    [Fact]
    public async Task Search_has_a_window_of_its_own()
    {
        using var bench = Bench(options => options.SearchLimit = 1);

        await bench.Run(async () =>
        {
            await bench.Get("search/issues?q=x");
            HttpResponseMessage refusal = await bench.Get("search/issues?q=x");
            refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            refusal.Header("x-ratelimit-resource").ShouldBe("search");
            (await bench.Get("user")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Early.ShouldBe(0);
    }

    [Fact]
    public async Task Too_many_writes_bring_a_penalty_that_each_call_inside_extends()
    {
        using var bench = Bench(options => options.ContentLimit = 2);

        await bench.Run(async () =>
        {
            await bench.Post("repos/o/r/issues", """{"n":1}""");
            await bench.Post("repos/o/r/issues", """{"n":2}""");
            HttpResponseMessage refusal = await bench.Post("repos/o/r/issues", """{"n":3}""");
            refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            refusal.Header("Retry-After").ShouldBe("60");
            refusal.Number("x-ratelimit-remaining").ShouldBe(4998);
            (await refusal.Content.ReadAsStringAsync()).ShouldContain("You have exceeded a secondary rate limit and have been temporarily blocked from content creation.");

            await bench.Wait(50);
            HttpResponseMessage inside = await bench.Get("user");
            inside.Header("Retry-After").ShouldBe("60");
            await bench.Wait(50);
            (await bench.Get("user")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            await bench.Wait(60);
            (await bench.Post("repos/o/r/issues", """{"n":3}""")).StatusCode.ShouldBe(HttpStatusCode.Created);
        });

        bench.Twin.Early.ShouldBe(2);
        bench.Twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task Scenario_S2_has_the_optimum_that_was_computed_for_it()
    {
        using var bench = Bench(options =>
        {
            options.ServiceTime = TimeSpan.FromMilliseconds(160); // with the way there and back 200 ms
            options.SilentRefusals = 0.5;
        });

        await bench.Run(() => Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            await bench.Wait(60 * (i / 80));
            await bench.Post("repos/o/r/issues", $$"""{"title":"{{i}}"}""");
        })));

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(180.2));
        bench.Twin.Ok.ShouldBe(300);
        bench.Twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task Half_of_the_secondary_refusals_can_be_silent()
    {
        using var bench = Bench(options =>
        {
            options.MaxConcurrent = 10;
            options.SilentRefusals = 0.5;
        });
        int silent = 0;

        await bench.Run(() => Task.WhenAll(Enumerable.Range(0, 210).Select(async _ =>
        {
            HttpResponseMessage answer = await bench.Get("user");
            silent += answer.StatusCode == HttpStatusCode.Forbidden && answer.Header("Retry-After").Length == 0 ? 1 : 0;
        })));

        bench.Twin.Refused.ShouldBe(200);
        silent.ShouldBeInRange(80, 120);
    }

    [Fact]
    public async Task Points_are_counted_by_endpoint()
    {
        using var bench = Bench(options => options.PointsLimit = 10);

        await bench.Run(async () =>
        {
            for (int i = 0; i < 10; i++)
            {
                (await bench.Get($"repos/o/r{i}/issues/{i}")).StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            (await bench.Get("user")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await bench.Get("repos/o/r/issues/11")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        });
    }

    [Fact]
    public async Task A_304_is_free_when_authorised_and_its_tag_belongs_to_the_token()
    {
        using var bench = Bench();

        await bench.Run(async () =>
        {
            HttpResponseMessage first = await bench.Get("repos/o/r");
            string tag = first.Header("ETag");
            first.Header("Cache-Control").ShouldBe("private, max-age=60, s-maxage=60");

            HttpResponseMessage same = await Conditional(tag, "Bearer t1");
            same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            same.Number("x-ratelimit-remaining").ShouldBe(4999);

            (await Conditional(tag, "Bearer t2")).StatusCode.ShouldBe(HttpStatusCode.OK);
            bench.Twin.Touch("/repos/o/r");
            (await Conditional(tag, "Bearer t1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        async Task<HttpResponseMessage> Conditional(string tag, string authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "repos/o/r");
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            return await bench.Client.SendAsync(request);
        }
    }

    [Fact]
    public async Task GraphQL_refuses_with_200()
    {
        using var bench = Bench(options => options.GraphQLLimit = 1);

        await bench.Run(async () =>
        {
            await bench.Post("graphql", """{"query":"query { viewer { login } }"}""");
            HttpResponseMessage refusal = await bench.Post("graphql", """{"query":"query { viewer { login } }"}""");
            refusal.StatusCode.ShouldBe(HttpStatusCode.OK);
            refusal.Header("x-ratelimit-resource").ShouldBe("graphql");
            (await refusal.Content.ReadAsStringAsync()).ShouldBe("""{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}""");
        });

        bench.Twin.Refused.ShouldBe(1);
        bench.Twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task Moved_repositories_redirect_and_tokens_may_be_made_twice()
    {
        using var bench = Bench(options => options.Redirects["/repos/o/old"] = "/repositories/1");

        await bench.Run(async () =>
        {
            HttpResponseMessage moved = await bench.Get("repos/o/old?x=1");
            moved.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
            moved.Headers.Location.ShouldBe(new Uri("https://api.github.com/repositories/1?x=1"));
            (await bench.Post("repos/o/old", "{}")).StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);

            await bench.Post("app/installations/1/access_tokens", "{}");
            (await bench.Post("app/installations/1/access_tokens", "{}")).StatusCode.ShouldBe(HttpStatusCode.Created);
        });

        bench.Twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task Without_authorization_the_limit_is_60()
    {
        using var bench = new TwinBench<GitHubTwin>(time => new GitHubTwin(timeProvider: time), token: null);

        await bench.Run(async () => (await bench.Get("user")).Number("x-ratelimit-limit").ShouldBe(60));
    }

    private static TwinBench<GitHubTwin> Bench(Action<GitHubTwinOptions>? configure = null)
    {
        var options = new GitHubTwinOptions { NetworkSpread = TimeSpan.Zero };
        configure?.Invoke(options);
        return new TwinBench<GitHubTwin>(time => new GitHubTwin(options, time));
    }
}
