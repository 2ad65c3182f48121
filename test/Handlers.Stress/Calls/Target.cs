using System.Net;
using Handlers.Testing;

namespace Handlers.Stress.Calls;

/// <summary>One named client of one app, the servers it talks to, and what was counted on every side of it.</summary>
internal sealed class Target(string app, string client, Journal journal, Findings findings)
{
    private int _attempts;
    private int _atOnce;
    private int _arrived;
    private int _repeated;
    private int _refused;
    private int _chains;

    public string App => app;

    public string Client => client;

    /// <summary>The twin behind it; null where a raw server answers.</summary>
    public ProviderTwin? Twin { get; init; }

    /// <summary>Draws what a caller does next.</summary>
    public required Func<Random, Ask> Draw { get; init; }

    /// <summary>How many of a hundred callers are this client's.</summary>
    public required int Share { get; init; }

    /// <summary>The highest concurrency that its configuration ever allows; null where none is set.</summary>
    public int? MostAtOnce { get; init; }

    /// <summary>The rate that its configuration allows; null where none is set.</summary>
    public Pace? Pace { get; init; }

    public CallerTally Tally { get; } = new();

    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>Attempts that reached a server, each once.</summary>
    public int Arrived => Volatile.Read(ref _arrived);

    /// <summary>Further arrivals of the same attempt: redirects, and repetitions by the transport; and what our own look at a twin adds.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    /// <summary>Answers that are refusals.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public int Chains => Volatile.Read(ref _chains);

    public int PeakAtOnce { get; private set; }

    public void ChainBuilt() => Interlocked.Increment(ref _chains);

    public int Leaves()
    {
        Interlocked.Increment(ref _attempts);
        int now = Interlocked.Increment(ref _atOnce);
        PeakAtOnce = Math.Max(PeakAtOnce, now);
        if (now > MostAtOnce)
        {
            findings.Broke("limit", $"{this}: {now} attempts at once, {MostAtOnce} are allowed");
        }

        if (Pace is { } pace && !pace.Leaves())
        {
            findings.Broke("limit", $"{this}: more than {pace.Text}");
        }

        return journal.NextAttempt();
    }

    public void Answered(int attempt, HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.RequestHeaderFieldsTooLarge)
        {
            // That one Kestrel says itself: no twin has seen the request.
            journal.Answered(attempt);
        }

        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            Interlocked.Increment(ref _refused);
        }
    }

    public void Returned() => Interlocked.Decrement(ref _atOnce);

    /// <summary>A server has got an attempt.</summary>
    public void Arrives(string? attempt)
    {
        if (Journal.NumberOf(attempt) is > 0 and var number && journal.Arrived(number))
        {
            Interlocked.Increment(ref _arrived);
        }
        else
        {
            Interlocked.Increment(ref _repeated);
        }
    }

    /// <summary>A server has done what a request asked for.</summary>
    public void Executes(string method, string? write)
    {
        if (Journal.NumberOf(write) is > 0 and var number && !journal.Executed(number))
        {
            findings.Broke("twice", $"{this}: {method} number {number} took effect again");
        }
    }

    public override string ToString() => $"{app}/{client}";
}
