namespace Handlers.Testing;

/// <summary>What all provider twins have in common: latency, faults, clock.</summary>
public class TwinOptions
{
    /// <summary>The seed of latencies and faults. Default: 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>One-way network delay; not used over sockets, which have their own. Default: 20 ms.</summary>
    public TimeSpan NetworkDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How far the network delay strays to either side. Default: 5 ms.</summary>
    public TimeSpan NetworkSpread { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Time to serve a call; a refusal takes none. Default: 100 ms.</summary>
    public TimeSpan ServiceTime { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time to serve this call, in place of <see cref="ServiceTime"/>.</summary>
    public Func<TwinRequest, TimeSpan>? ServiceTimeOf { get; set; }

    /// <summary>How far the provider's clock is ahead of the client's; negative: behind. Default: 0.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>What goes wrong; see also <see cref="ProviderTwin.Inject"/>.</summary>
    public IList<TwinFault> Faults { get; } = [];

    /// <summary>What the provider can do at all; each entry holds in its own time.</summary>
    public IList<TwinCapacity> Capacities { get; } = [];

    /// <summary>The body of a success, in place of the twin's own; null from the function leaves it to the twin.</summary>
    public Func<TwinRequest, string?>? BodyOf { get; set; }

    /// <summary>
    /// What identifies the effect of a write, so that its second execution counts as a duplicate; null from the function: it has none
    /// that a repetition would double. Default: method, path and body of the requests that the provider's documentation calls unsafe to repeat.
    /// </summary>
    public Func<TwinRequest, string?>? EffectOf { get; set; }

    /// <summary>
    /// Sees every request that reached the provider, admitted or not, before anything is done with it. Called under the twin's lock, one request at a time:
    /// it should return at once. Default: null.
    /// </summary>
    public Action<TwinRequest>? OnArrival { get; set; }

    /// <summary>Whether every event is kept in <see cref="ProviderTwin.Log"/>. Default: true.</summary>
    public bool KeepLog { get; set; } = true;
}
