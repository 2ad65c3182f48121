using Handlers.Benchmarks;

return args switch
{
    ["overhead", .. var rest] => await Overhead.RunAsync(json: rest.Contains("--json")),
    ["hit"] => await HitAsync(),
    ["observation"] => await Observation.RunAsync(),
    _ => Usage(),
};

static async Task<int> HitAsync()
{
    Console.WriteLine(await CacheHit.MeasureAsync());
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: overhead [--json]   what the chain adds to a bare client, against Polly.Core and eight empty handlers, interleaved in one process");
    Console.Error.WriteLine("       hit                 what a cached answer costs, against a MemoryCache and building the same response");
    Console.Error.WriteLine("       observation         what events, counters and meters cost a call, with nobody looking and with a watcher");
    return 2;
}
