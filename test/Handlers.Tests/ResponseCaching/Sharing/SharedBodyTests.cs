using Handlers.Testing;

namespace Handlers.Tests.ResponseCaching;

/// <summary>One body for many: read late, too large, or broken.</summary>
public class SharedBodyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A caller who looks at headers first may read the bodies in any order, or the first only after the second has come.
    [Fact]
    public async Task Who_reads_late_holds_nobody_up()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => CacheBench.Fresh("shared").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            HttpResponseMessage[] responses = await Task.WhenAll(bench.SendAsync(), bench.SendAsync());

            (await responses[1].Content.ReadAsStringAsync()).ShouldBe("shared");
            (await responses[0].Content.ReadAsStringAsync()).ShouldBe("shared");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_comes_when_the_body_is_on_its_way_goes_alone()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => CacheBench.Fresh().Body(new ScriptedBody().Text("one").Wait(Second).Text("two")));

        await bench.Time.RunAsync(async () =>
        {
            using HttpResponseMessage first = await bench.SendAsync();

            (await bench.ReadAsync()).ShouldBe("onetwo");
            (await first.Content.ReadAsStringAsync()).ShouldBe("onetwo");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_body_too_large_to_share_leaves_nobody_hanging()
    {
        using var bench = new CacheBench(new ResponseCachingOptions { MaxEntryBytes = 10 });
        bench.Wire.OnEach(_ => CacheBench.Fresh().Body(new ScriptedBody().Trickle(new byte[40], 8, Second)));

        await bench.Time.RunAsync(async () =>
        {
            string[] bodies = await Task.WhenAll(bench.ReadAsync(), bench.ReadAsync(), bench.ReadAsync());

            bodies.ShouldAllBe(body => body.Length == 40);
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_breaks_leaves_nobody_hanging()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? CacheBench.Fresh().Body(new ScriptedBody().Text("one").Wait(Second).Break()).After(Second)
            : CacheBench.Fresh("whole"));

        await bench.Time.RunAsync(async () =>
        {
            Task<string> leader = bench.ReadAsync();
            Task<string> follower = bench.ReadAsync();

            await Should.ThrowAsync<HttpRequestException>(() => leader);
            (await follower).ShouldBe("whole");
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }
}
