namespace Handlers.Stress.Calls;

/// <summary>What callers ask for, drawn: mostly plain reads, and everything else that apps do to a client.</summary>
internal sealed class Asks(Journal journal, TimeSpan totalTimeout)
{
    public const int Things = 1000;

    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>Reads and writes of things, echoed by their path.</summary>
    public Ask Thing(Random random)
    {
        string path = $"things/{random.Next(Things)}";
        Ask ask = random.Next(100) switch
        {
            < 80 => new(HttpMethod.Get, path) { Echo = path },
            < 90 => new(HttpMethod.Post, path) { Echo = path, Write = journal.NextWrite(), BodyBytes = 1 + random.Next(2000) },
            < 94 => new(HttpMethod.Put, path) { Echo = path, BodyBytes = 1 + random.Next(40_000) },
            < 97 => new(HttpMethod.Delete, path),
            < 99 => new(HttpMethod.Head, path),
            _ => new(HttpMethod.Get, path) { Echo = path, HugeField = random.Next(4) == 0 ? 1024 * 1024 : 0 },
        };
        return Haste(ask, random);
    }

    public Ask Read(Random random)
    {
        string path = $"things/{random.Next(Things)}";
        return Haste(new Ask(HttpMethod.Get, path) { Echo = path }, random);
    }

    /// <summary>A POST that carries a key in every attempt: it may be repeated, and must take effect once.</summary>
    public Ask KeyedWrite(Random random)
    {
        string path = $"things/{random.Next(Things)}";
        return Haste(new Ask(HttpMethod.Post, path) { Echo = path, Write = journal.NextWrite(), BodyBytes = 1 + random.Next(200) }, random);
    }

    /// <summary>GitHub: cached reads, revalidations, writes, moved repositories.</summary>
    public Ask Issue(Random random) => Haste(
        random.Next(100) switch
        {
            < 85 => new Ask(HttpMethod.Get, $"repos/o/r/issues/{random.Next(200)}") { NoCache = random.Next(3) == 0 },
            < 93 => new(HttpMethod.Get, $"repos/old/r?page={random.Next(20)}"),
            < 98 => new(HttpMethod.Post, $"repos/o/r/issues/{random.Next(200)}/comments") { Write = journal.NextWrite(), BodyBytes = 100 },
            _ => new(HttpMethod.Patch, $"repos/o/r/issues/{random.Next(200)}") { BodyBytes = 100 },
        },
        random);

    /// <summary>What only a server on a bare socket does.</summary>
    public Ask Wire(Random random)
    {
        string path = FaultyServer.Acts[random.Next(FaultyServer.Acts.Length)];
        return Haste(
            random.Next(4) == 0
                ? new Ask(HttpMethod.Post, path) { Write = journal.NextWrite(), BodyBytes = 1 + random.Next(2000) }
                : new(HttpMethod.Get, path),
            random);
    }

    /// <summary>Ports that are closed, closed now and then, or never accept.</summary>
    public Func<Random, Ask> Dead(Uri[] addresses) => random =>
        Haste(new Ask(HttpMethod.Post, new Uri(addresses[random.Next(addresses.Length)], "things/1").AbsoluteUri) { Write = journal.NextWrite(), BodyBytes = 10 }, random);

    // Callers that give up, short deadlines, odd priorities: before, in and after the body.
    private Ask Haste(Ask ask, Random random)
    {
        TimeSpan? deadline = random.Next(10) == 0 ? random.Next(5, 300) * Millisecond : null;
        TimeSpan? attempt = random.Next(20) == 0 ? random.Next(5, 100) * Millisecond : null;
        CallPriority? priority = random.Next(10) switch { 0 => CallPriority.Background, 1 => CallPriority.Interactive, _ => null };
        string? tenant = random.Next(5) == 0 ? $"t{random.Next(10)}" : null;
        return ask with
        {
            GiveUpAfter = random.Next(10) == 0 ? random.Next(0, 60) * random.NextDouble() * Millisecond : null,
            Use = random.Next(10) switch { < 6 => BodyUse.Buffer, < 8 => BodyUse.Stream, 8 => BodyUse.Part, _ => BodyUse.Drop },
            IsSynchronous = random.Next(500) == 0,
            Options = deadline is null && attempt is null && priority is null && tenant is null
                ? null
                : new CallOptions { Deadline = deadline, AttemptTimeout = attempt, Priority = priority, Tenant = tenant, MaxWait = random.Next(20) == 0 ? TimeSpan.Zero : null },
            Deadline = deadline ?? totalTimeout,
        };
    }
}
