using Handlers.Stress;
using Handlers.Stress.Calls;

// One line per command; each is bounded in time and returns 0 only if every invariant held.
string command = args.Length > 0 ? args[0] : "";
return command switch
{
    "fuzz" => Fuzz.Run(Arguments.Read(args.AsSpan(1))),
    "calls" => await Storm.RunAsync(Arguments.Read(args.AsSpan(1))),
    "readers" => await Readers.RunAsync(Arguments.Read(args.AsSpan(1))),
    "kills" => await Kills.RunAsync(Arguments.Read(args.AsSpan(1))),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Handlers.Stress fuzz [--count 1000000] [--seconds 60] [--seed n]");
    Console.Error.WriteLine("       Handlers.Stress calls [--count 1000000] [--seconds 1800] [--tasks 200] [--seed n] [--break " + string.Join('|', Sabotage.All) + "]");
    Console.Error.WriteLine("       Handlers.Stress readers [--seconds 60]   fifty slow readers of the live events");
    Console.Error.WriteLine("       Handlers.Stress kills --count 200 [--seed n]   a process over the durable store, killed that often");
    return 2;
}
