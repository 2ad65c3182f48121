using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Pacing;

public class PacingHandlerTests
{
    [Theory]
    [InlineData("0", 10)]
    [InlineData("20", 8)]
    [InlineData("90", 1)]
    public async Task The_margin_of_a_limit_is_left_to_others(string margin, int expected)
    {
        using Bench bench = WithLimit("10/minute", ("MarginPercent", margin), ("MaxWait", "00:00:00"));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200));

        await bench.Run(client => SendAll(client, 12, options: null));

        bench.Wire.Attempts.Count.ShouldBe(expected);
    }

    [Fact]
    public async Task A_margin_is_left_of_the_bounds_of_an_adaptive_limit_too()
    {
        using Bench bench = WithLimit("40/minute; adaptive 40..80", ("MarginPercent", "50"), ("MaxWait", "00:00:00"));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200));

        await bench.Run(async client =>
        {
            for (int minute = 0; minute < 20; minute++)
            {
                await SendAll(client, 100, options: null);
                await Task.Delay(TimeSpan.FromSeconds(61), bench.Time);
            }
        });

        int[] sent = [.. bench.Wire.Attempts.GroupBy(attempt => (int)(attempt.Elapsed.TotalSeconds / 61)).Select(minute => minute.Count())];
        sent[0].ShouldBe(20);
        sent.Max().ShouldBe(40);
    }

    [Fact]
    public async Task A_margin_stretches_a_minimum_interval()
    {
        using Bench bench = WithLimit(limits: null, ("MinInterval", "00:00:01"), ("MarginPercent", "50"));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200));

        await bench.Run(client => SendAll(client, 4, options: null));

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(6));
    }

    [Theory]
    [InlineData(30, 3)]
    [InlineData(50, 2)]
    public async Task A_call_may_say_what_it_costs(int tokens, int expected)
    {
        using Bench bench = WithLimit("100 tokens/minute", ("MaxWait", "00:00:00"));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200));

        await bench.Run(client => SendAll(client, 5, new CallOptions { Cost = new Cost(1, Tokens: tokens) }));

        bench.Wire.Attempts.Count.ShouldBe(expected);
    }

    [Fact]
    public void No_amount_of_a_cost_is_negative()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new CallOptions { Cost = new Cost(1, Tokens: -1) });
    }

    private static Bench WithLimit(string? limits, params (string Option, string Value)[] pacing)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["ResilienceHandlers:Clients:api:Retry:Enabled"] = "false" };
        if (limits is not null)
        {
            settings["ResilienceHandlers:Clients:api:Pacing:Limits"] = limits;
        }

        foreach ((string option, string value) in pacing)
        {
            settings[$"ResilienceHandlers:Clients:api:Pacing:{option}"] = value;
        }

        return new Bench(settings: settings);
    }

    private static async Task SendAll(HttpClient client, int count, CallOptions? options)
    {
        async Task Send()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/things");
            if (options is not null)
            {
                request.SetCallOptions(options);
            }

            try
            {
                using HttpResponseMessage response = await client.SendAsync(request);
            }
            catch (QuotaRejectedException)
            {
                // Counted at the wire: what was refused here never got there.
            }
        }

        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Send()));
    }
}
