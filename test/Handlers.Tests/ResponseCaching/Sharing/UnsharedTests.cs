using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.ResponseCaching;

/// <summary>Who is fetched for alone, beside others who ask for much the same.</summary>
public class UnsharedTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Nobody_waits_for_a_connection_of_somebody_else()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(101).After(TimeSpan.FromSeconds(attempt.Number == 1 ? 20 : 1)));

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "socket");
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
            (await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).Dispose();
        })));

        bench.Wire.Attempts.Select(attempt => attempt.Elapsed).ShouldBe([TimeSpan.Zero, TimeSpan.Zero]);
    }

    [Theory]
    [InlineData("no-store")]
    [InlineData("max-age=0")]
    [InlineData("no-cache")]
    public async Task What_is_not_to_be_shared_is_fetched_by_each_at_once(string cacheControl)
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Text("own").Header("Cache-Control", cacheControl).Header("ETag", "\"a\"").After(Second));

        await bench.Time.RunAsync(() => Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.ReadAsync())));

        bench.Wire.Attempts.Count.ShouldBe(10);
        bench.Time.Elapsed.ShouldBe(2 * Second); // nobody waits more than once
    }

    [Fact]
    public async Task Nobody_waits_again_for_what_was_not_to_be_shared_last_time()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Text("own").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.ReadAsync()));
        });

        bench.Time.Elapsed.ShouldBe(2 * Second);
    }

    [Fact]
    public async Task Users_never_wait_for_each_other()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(attempt => CacheBench.Fresh(attempt.Headers["Authorization"]).After(Second));

        await bench.Time.RunAsync(async () =>
        {
            string[] bodies = await Task.WhenAll(
                bench.ReadAsync(CacheBench.Get(fields: ("Authorization", "Bearer a"))), bench.ReadAsync(CacheBench.Get(fields: ("Authorization", "Bearer b"))));

            bodies.ShouldBe(["Bearer a", "Bearer b"]);
        });

        bench.Time.Elapsed.ShouldBe(Second);
    }

    [Fact]
    public async Task Requests_for_different_languages_are_not_identical()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(attempt => CacheBench.Fresh(attempt.Headers["Accept-Language"]).Header("Vary", "Accept-Language").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            string[] bodies = await Task.WhenAll(
                bench.ReadAsync(CacheBench.Get(fields: ("Accept-Language", "en"))), bench.ReadAsync(CacheBench.Get(fields: ("Accept-Language", "de"))));

            bodies.ShouldBe(["en", "de"]);
        });

        bench.Time.Elapsed.ShouldBe(Second);
    }

    [Fact]
    public async Task An_answer_for_other_headers_than_mine_sends_me_on_my_own()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(attempt => CacheBench.Fresh(attempt.Headers["X-Region"]).Header("Vary", "X-Region").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            string[] bodies = await Task.WhenAll(
                bench.ReadAsync(CacheBench.Get(fields: ("X-Region", "eu"))), bench.ReadAsync(CacheBench.Get(fields: ("X-Region", "us"))));

            bodies.ShouldBe(["eu", "us"]);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_urgent_do_not_wait_for_the_background()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("slow").After(10 * Second));
        bench.Wire.OnEach(_ => CacheBench.Fresh("quick").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            using HttpRequestMessage background = CacheBench.Get();
            background.SetCallOptions(new CallOptions { Priority = CallPriority.Background });
            Task<string> leader = bench.ReadAsync(background);

            (await bench.ReadAsync()).ShouldBe("quick");
            bench.Time.Elapsed.ShouldBe(Second);
            (await leader).ShouldBe("slow");
        });
    }

    [Fact]
    public async Task Can_be_switched_off()
    {
        using var bench = new CacheBench(new ResponseCachingOptions { SingleFlight = false });
        bench.Wire.OnEach(_ => CacheBench.Fresh().After(Second));

        await bench.Time.RunAsync(() => Task.WhenAll(bench.ReadAsync(), bench.ReadAsync()));

        bench.Wire.Attempts.Count.ShouldBe(2);
    }
}
