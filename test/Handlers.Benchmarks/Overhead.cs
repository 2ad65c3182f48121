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

    public static async Task<int> RunAsync(bool json, bool cpu)
    {
        Figures sync = Measure(asynchronous: false, cpu);
        Figures async = Measure(asynchronous: true, cpu);
        HitFigures hit = await CacheHit.MeasureAsync(cpu);
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
            sync   {Measure(asynchronous: false, cpu, caching: false)}
            async  {Measure(asynchronous: true, cpu, caching: false)}
            hit    {hit}
            ledger {ledger}
            """);
        return 0;
    }

    private static Figures Measure(bool asynchronous, bool cpu, bool caching = true)
    {
        var bare = new Caller(new StubTransport(asynchronous), asynchronous);
        var ours = new Caller(Chains.Ours(new StubTransport(asynchronous), options => options.Caching.Enabled = caching), asynchronous);
        var polly = new Caller(Chains.Polly(new StubTransport(asynchronous)), asynchronous);
        var empty = new Caller(Chains.Empty(new StubTransport(asynchronous)), asynchronous);
        Contender[] contenders = [new("bare", bare.Send), new("ours", ours.Send), new("polly", polly.Send), new("empty8", empty.Send)];
        Contender.Compete(contenders, Rounds, CallsPerRound, cpu);
        return new Figures(contenders[1].Median, contenders[2].Median, contenders[3].Median, contenders[0].Median);
    }
}
