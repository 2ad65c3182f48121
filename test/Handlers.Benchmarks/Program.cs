using System.Globalization;
using BenchmarkDotNet.Running;
using Handlers.Benchmarks;
using Handlers.Benchmarks.EndToEnd;
using Handlers.Benchmarks.Suite;

bool cpu = args.Contains("--cpu");
return args switch
{
    ["overhead", ..] => await Overhead.RunAsync(json: args.Contains("--json"), cpu),
    ["retry", ..] => RetryCost.Run(cpu),
    ["off", ..] => OffCost.Run(cpu),
    ["hit", ..] => await HitAsync(cpu),
    ["ledger"] => LedgerCost.Run(),
    ["observation"] => await Observation.RunAsync(),
    ["endtoend", .. var rest] => await Loopback.RunAsync(rounds: rest is [var rounds, ..] ? int.Parse(rounds, CultureInfo.InvariantCulture) : 7),
    ["serve"] => await Upstream.RunAsync(),
    ["bdn", .. var rest] => Suite(rest),
    _ => Usage(),
};

static async Task<int> HitAsync(bool cpu)
{
    Console.WriteLine(await CacheHit.MeasureAsync(cpu));
    return 0;
}

static int Suite(string[] rest)
{
    BenchmarkSwitcher.FromAssembly(typeof(HappyCall).Assembly).Run(rest is [] ? ["--filter", "*"] : rest, new SuiteConfig());
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        usage: overhead [--json] [--cpu]   what the chain adds to a bare client, against Polly.Core and eight empty handlers
               retry [--cpu]               the same for one 503, then success, without a wait
               off [--cpu]                 what a switched-off stack adds
               hit [--cpu]                 what a cached answer costs, against a MemoryCache and building the same response
               ledger                      what a grant costs, and what a quota keeps, among 1 to 1,000,000
               observation                 what events, counters and meters cost a call, with nobody looking and with a watcher
               endtoend [rounds]           the same over loopback with 64 calls at once, against a server in a process of its own; 7 rounds take two minutes
               bdn [--filter <glob>]       everything by itself, with BenchmarkDotNet
        Contenders take turns within one process. With --cpu the process's own time is counted, for a machine that does other things as well.
        """);
    return 2;
}
