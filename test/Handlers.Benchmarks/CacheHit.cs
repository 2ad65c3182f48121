namespace Handlers.Benchmarks;

/// <summary>
/// What a hit costs: at most three look-ups in a MemoryCache and building the same response, header by header, with the same body. All take turns within one
/// process; medians are compared.
/// </summary>
internal static class CacheHit
{
    private const int Rounds = 60;
    private const int CallsPerRound = 5_000;

    public static async Task<HitFigures> MeasureAsync(bool cpu)
    {
        CachedAnswer cached = await CachedAnswer.MakeAsync();
        Contender[] contenders =
        [
            new("hit", calls => HitAsync(cached, calls).GetAwaiter().GetResult()),
            new("look-up", calls => Each(calls, cached.LookUp)),
            new("build", calls => Each(calls, cached.Build)),
        ];
        Contender.Compete(contenders, Rounds, CallsPerRound, cpu);
        return new HitFigures(contenders[0].Median, contenders[1].Median, contenders[2].Median);
    }

    private static async Task HitAsync(CachedAnswer cached, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            await cached.HitAsync(i % CachedAnswer.Entries);
        }
    }

    private static void Each(int calls, Func<int, bool> work)
    {
        for (int i = 0; i < calls; i++)
        {
            work(i % CachedAnswer.Entries);
        }
    }
}
