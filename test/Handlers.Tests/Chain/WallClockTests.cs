using System.Globalization;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Idempotency;
using Handlers.Tests.Support;

namespace Handlers.Tests.Chain;

/// <summary>Somebody sets the wall clock, an hour forward or back: durations go on as if nothing had happened.</summary>
public sealed class WallClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(+1)]
    [InlineData(-1)]
    public async Task A_closed_gate_opens_when_it_should(int hours)
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(30), HttpStatusCode.OK, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> refused = client.GetAsync("things");
            await Task.Delay(5 * Second, bench.Time);
            bench.Time.JumpWallClock(TimeSpan.FromHours(hours));
            await Task.WhenAll(refused, client.GetAsync("others"));
        });

        bench.Wire.Attempts.Skip(1).ShouldAllBe(attempt => attempt.Elapsed >= 30 * Second && attempt.Elapsed < 34 * Second);
    }

    [Theory]
    [InlineData(+1)]
    [InlineData(-1)]
    public async Task What_is_stored_is_as_old_as_it_is(int hours)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(200).Text("kept")
            .Header("Cache-Control", "max-age=60").Header("Date", attempt.ArrivedAt.ToString("r", CultureInfo.InvariantCulture)));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            bench.Time.JumpWallClock(TimeSpan.FromHours(hours));
            await Task.Delay(30 * Second, bench.Time);
            using HttpResponseMessage kept = await client.GetAsync("things");
            await Task.Delay(31 * Second, bench.Time);
            await client.GetStringAsync("things");

            kept.Headers.Age.ShouldBe(30 * Second);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(+1)]
    [InlineData(-1)]
    public async Task An_open_circuit_stays_open_for_its_break(int hours)
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "1"), ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(HttpStatusCode.InternalServerError, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            bench.Time.JumpWallClock(TimeSpan.FromHours(hours));
            CircuitOpenException open = await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
            await Task.Delay(30 * Second, bench.Time);

            // What people are told is by their clock.
            open.RetryAt.ShouldBe(bench.Time.GetUtcNow());
            (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });
    }

    [Fact]
    public async Task A_result_is_kept_for_as_long_as_it_should()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:ResultTtl", "00:10:00")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Text("done"));

        await bench.Run(async client =>
        {
            await client.SendForText(Writes.Post("k"));
            bench.Time.JumpWallClock(TimeSpan.FromHours(1));
            await client.SendForText(Writes.Post("k"));
            bench.Time.JumpWallClock(TimeSpan.FromHours(-2));
            await Task.Delay(TimeSpan.FromMinutes(10), bench.Time);
            await client.SendForText(Writes.Post("k"));
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }
}
