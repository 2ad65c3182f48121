using System.Net;

namespace Handlers.Testing.Tests.Twins;

public class InstantlyTwinTests
{
    [Fact]
    public async Task The_workspace_is_shared_by_all_keys_and_a_refusal_tells_nothing()
    {
        using var bench = Bench(options => options.PerSecond = 2);

        await bench.Run(async () =>
        {
            HttpResponseMessage[] answers = await Task.WhenAll(bench.Get("campaigns"), bench.Get("accounts"), bench.Get("campaigns"));

            answers.Select(static answer => (int)answer.StatusCode).Order().ShouldBe([200, 200, 429]);
            HttpResponseMessage refusal = answers.Single(static answer => !answer.IsSuccessStatusCode);
            refusal.Headers.NonValidated.Select(static header => header.Key).ShouldBe(["Date"]);
            (await refusal.Content.ReadAsStringAsync()).ShouldBe("""{"statusCode":429,"error":"Too Many Requests","message":"Rate limit exceeded"}""");

            await bench.Wait(0.9);
            (await bench.Get("campaigns")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Early.ShouldBe(0);
    }

    [Fact]
    public async Task Lists_by_POST_have_no_effect_replies_do_and_skipped_leads_do_not()
    {
        using var bench = Bench();

        await bench.Run(async () =>
        {
            foreach (int _ in Enumerable.Range(0, 2))
            {
                await bench.Post("leads/list", "{}");
                await bench.Post("leads", """{"email":"a@b.c","skip_if_in_workspace":true}""");
                await bench.Post("emails/reply", """{"body":"hi"}""");
            }
        });

        bench.Twin.DuplicateWrites.ShouldBe(1);
    }

    [Fact]
    public async Task OAuth_blocks_grow()
    {
        using var bench = Bench(options => options.OAuthPerMinute = 1);

        await bench.Run(async () =>
        {
            await bench.Post("oauth/google/init", "{}");
            (await bench.Post("oauth/google/init", "{}")).Header("Retry-After").ShouldBe("1800");
            await bench.Wait(1800);
            await bench.Post("oauth/google/init", "{}");
            (await bench.Post("oauth/google/init", "{}")).Header("Retry-After").ShouldBe("7200");
        });
    }

    private static TwinBench<InstantlyTwin> Bench(Action<InstantlyTwinOptions>? configure = null)
    {
        var options = new InstantlyTwinOptions { NetworkSpread = TimeSpan.Zero };
        configure?.Invoke(options);
        return new TwinBench<InstantlyTwin>(time => new InstantlyTwin(options, time));
    }
}
