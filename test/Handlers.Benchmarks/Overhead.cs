using System.Globalization;

namespace Handlers.Benchmarks;

/// <summary>
/// What the chain adds to a bare client. The contenders take turns in rounds within one process, so that a slow moment of the machine hits all of them; medians
/// over the rounds are compared, and only as ratios.
/// </summary>
internal static class Overhead
{
    private const int Rounds = 40;
    private const int CallsPerRound = 4_000;

    public static async Task<int> RunAsync(bool json)
    {
        Figures sync = Measure(asynchronous: false);
        Figures async = Measure(asynchronous: true);
        HitFigures hit = await CacheHit.MeasureAsync();
        LedgerFigures ledger = LedgerCost.Measure();
        if (json)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{{\"sync\":{sync.ToJson()},\"async\":{async.ToJson()},\"cache_hit\":{hit.ToJson()},\"ledger\":{ledger.ToJson()}}}"));
            return 0;
        }

        Console.WriteLine($"""
            added to a bare client        ours            Polly.Core        eight empty
            sync   {sync}
            async  {async}
            the same without response caching
            sync   {Measure(asynchronous: false, caching: false)}
            async  {Measure(asynchronous: true, caching: false)}
            hit    {hit}
            ledger {ledger}
            """);
        return 0;
    }

    private static Figures Measure(bool asynchronous, bool caching = true)
    {
        Contender[] contenders =
        [
            new("bare", asynchronous, transport => transport),
            new("ours", asynchronous, transport => ResilienceHandlers.Create(transport, GitHub(caching))),
            new("polly", asynchronous, transport => new PollyHandler { InnerHandler = transport }),
            new("empty8", asynchronous, EightEmpty),
        ];
        foreach (Contender contender in contenders)
        {
            contender.Warm(20_000);
        }

        for (int round = 0; round < Rounds; round++)
        {
            // Each round starts with another contender, so that none always runs after the same one.
            for (int i = 0; i < contenders.Length; i++)
            {
                contenders[(round + i) % contenders.Length].Round(CallsPerRound);
            }
        }

        (double ns, double bytes) bare = contenders[0].Median();
        return new Figures(contenders[1].Median(), contenders[2].Median(), contenders[3].Median(), bare);
    }

    /// <summary>The profile of GitHub with its limits so high that nobody waits: what is measured is the work of a granted call.</summary>
    private static ResilienceHandlersOptions GitHub(bool caching)
    {
        var options = new ResilienceHandlersOptions { Provider = "github" };
        options.Caching.Enabled = caching;
        foreach ((string group, string limits) in new[] { ("secondary", "1000000000 points/minute") })
        {
            options.Pacing.Groups[group] = new PacingGroupOptions { Limits = limits };
        }

        return options;
    }

    private static HttpMessageHandler EightEmpty(HttpMessageHandler transport)
    {
        for (int i = 0; i < 8; i++)
        {
            transport = new EmptyHandler { InnerHandler = transport };
        }

        return transport;
    }
}
