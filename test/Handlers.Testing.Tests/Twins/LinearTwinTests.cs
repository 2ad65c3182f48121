using System.Net;

namespace Handlers.Testing.Tests.Twins;

public class LinearTwinTests
{
    private const string Query = """{"query":"query { viewer { id } }"}""";

    [Fact]
    public async Task A_refusal_is_a_400_with_resets_in_epoch_milliseconds_and_the_bucket_refills_evenly()
    {
        using var bench = Bench(options => options.RequestsPerHour = 2);

        await bench.Run(async () =>
        {
            HttpResponseMessage first = await bench.Post("graphql", Query);
            first.Header("X-RateLimit-Requests-Remaining").ShouldBe("1");
            first.Header("X-Complexity").ShouldBe("52");
            await bench.Post("graphql", Query);
            HttpResponseMessage refusal = await bench.Post("graphql", Query);

            refusal.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            refusal.Header("X-RateLimit-Requests-Remaining").ShouldBe("0");
            refusal.Header("X-RateLimit-Requests-Reset").ShouldBe("1795266000020"); // full again an hour after both were taken, less what came back
            refusal.Header("Retry-After").ShouldBe("");
            (await refusal.Content.ReadAsStringAsync()).ShouldBe("""{"errors":[{"message":"Rate limit exceeded. Only 2 requests are allowed per 1 hour. For more information see our developer docs at: https://linear.app/developers/rate-limiting","extensions":{"code":"RATELIMITED","statusCode":429,"userError":true,"type":"ratelimited","userPresentableMessage":"Rate limit exceeded."}}],"data":null}""");

            await bench.Wait(1800);
            (await bench.Post("graphql", Query)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Early.ShouldBe(0);
        bench.Twin.Refused.ShouldBe(1);
    }

    [Fact]
    public async Task Complexity_is_a_bucket_of_its_own_and_has_a_bound_for_each_query()
    {
        using var bench = Bench(options =>
        {
            options.ComplexityPerHour = 12_500;
            options.ComplexityOf = static request => request.Header("X-Big") is null ? 6000 : 15_230;
        });

        await bench.Run(async () =>
        {
            await bench.Post("graphql", Query);
            (await bench.Post("graphql", Query)).Header("X-RateLimit-Complexity-Remaining").ShouldBe("500");
            (await bench.Post("graphql", Query)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            bench.Client.DefaultRequestHeaders.Add("X-Big", "1");
            string tooComplex = await (await bench.Post("graphql", Query)).Content.ReadAsStringAsync();
            tooComplex.ShouldContain("Query too complex: complexity 15230 exceeds the maximum of 10000.");
        });

        bench.Twin.Quotas["complexity"].Refused.ShouldBe(1);
        bench.Twin.Rejected.ShouldBe(1);
    }

    [Fact]
    public async Task A_creation_with_an_id_of_the_clients_is_refused_when_repeated()
    {
        using var bench = Bench();
        const string WithId = """{"query":"mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id } } }","variables":{"input":{"id":"6f1f6c2e-0d6d-4a4c-9a63-0f4e2d7f7a10","title":"t"}}}""";
        const string WithoutId = """{"query":"mutation { issueCreate(input: { title: \"t\" }) { success } }"}""";

        await bench.Run(async () =>
        {
            string created = await (await bench.Post("graphql", WithId)).Content.ReadAsStringAsync();
            created.ShouldBe("""{"data":{"issueCreate":{"success":true,"issue":{"id":"6f1f6c2e-0d6d-4a4c-9a63-0f4e2d7f7a10"}}}}""");
            string again = await (await bench.Post("graphql", WithId)).Content.ReadAsStringAsync();
            again.ShouldContain("conflict on insert of Issue");
            again.ShouldContain("Entity Issue with id 6f1f6c2e-0d6d-4a4c-9a63-0f4e2d7f7a10 already exists.");
            bench.Twin.DuplicateWrites.ShouldBe(0);

            await bench.Post("graphql", WithoutId);
            await bench.Post("graphql", WithoutId);
        });

        bench.Twin.DuplicateWrites.ShouldBe(1);
    }

    private static TwinBench<LinearTwin> Bench(Action<LinearTwinOptions>? configure = null)
    {
        var options = new LinearTwinOptions { NetworkSpread = TimeSpan.Zero };
        configure?.Invoke(options);
        return new TwinBench<LinearTwin>(time => new LinearTwin(options, time));
    }
}
