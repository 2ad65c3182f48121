using System.Collections.Concurrent;
using Handlers.CircuitBreaker;
using Handlers.Fallback;
using Handlers.Idempotency;
using Handlers.ResponseCaching;
using Handlers.Retry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Handlers;

/// <summary>
/// One named client: what its handlers point at, however often they are rebuilt. Its circuits, its options in force, its logger; the rest it shares with other
/// clients through <see cref="ResilienceState"/>.
/// </summary>
internal sealed class ClientState
{
    private const int SweepFrom = 256;

    private readonly ConcurrentDictionary<Authority, Upstream> _upstreams = new();
    private int _sweepAt = SweepFrom;
    private readonly Func<Exception>? _unusable;
    private ClientPolicy? _policy;
    private Upstream? _lastUpstream;
    private BudgetEntry? _lastBudget;
    private ResponseCache? _responses;
    private KeyMemory? _keys;
    private int _saidRoutePassedOver;

    public ClientState(string name, ResilienceState state, ClientPolicy policy)
        : this(name, state) => _policy = policy;

    /// <summary>
    /// A client that has no good options yet, only a reason to throw. The factory builds its chain all the same: what it fails to build once it never tries again, and no edit
    /// would help before a restart.
    /// </summary>
    public ClientState(string name, ResilienceState state, Func<Exception> unusable)
        : this(name, state) => _unusable = unusable;

    private ClientState(string name, ResilienceState state)
    {
        Name = name;
        State = state;
        Logger = state.Loggers.CreateLogger($"Handlers.HttpClient.{name}");
        Neighbours = new Neighbours(Logger);
        Stats = new ClientStats(name, state.Clock, state.Metrics);
    }

    public string Name { get; }

    public ResilienceState State { get; }

    public Clock Clock => State.Clock;

    public ILogger Logger { get; }

    public Neighbours Neighbours { get; }

    public ClientStats Stats { get; }

    /// <summary>The options in force. A call keeps those it began with. Throws what is wrong with them as long as there were no good ones.</summary>
    public ClientPolicy Policy => Volatile.Read(ref _policy) ?? throw _unusable!();

    public IEnumerable<Upstream> Upstreams => _upstreams.Values;

    public IEnumerable<Circuit> Circuits => _upstreams.Values.Select(upstream => upstream.Circuit);

    /// <summary>What the cache keeps between calls.</summary>
    public ResponseCache Responses => _responses ?? LazyInitializer.EnsureInitialized(ref _responses, () => new ResponseCache(this));

    /// <summary>The idempotency keys that were used.</summary>
    public KeyMemory Keys => _keys ?? LazyInitializer.EnsureInitialized(ref _keys, () => new KeyMemory(this));

    public void SayRoutePassedOver()
    {
        if (Interlocked.Exchange(ref _saidRoutePassedOver, 1) == 0)
        {
            FallbackLog.RoutePassedOver(Logger);
        }
    }

    /// <summary>A handler alone: its own state, no deadline, nothing switched on but what it brings.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="OptionsValidationException">The options contradict themselves or are out of range.</exception>
    public static ClientState Alone<T>(TimeProvider? time, T options, Action<ResilienceHandlersOptions, T> configure)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        var state = new ResilienceState(time ?? TimeProvider.System, NullLoggerFactory.Instance, [], null);
        return InCode(state, alone =>
        {
            alone.TotalTimeout = Timeout.InfiniteTimeSpan;
            alone.BodyIdleTimeout = Timeout.InfiniteTimeSpan;
            configure(alone, options);
        });
    }

    /// <summary>A client whose options come from code alone; what they leave at its default is the provider's to say.</summary>
    public static ClientState InCode(ResilienceState state, ResilienceHandlersOptions options) => InCode(state, composed =>
    {
        foreach (string group in options.Pacing.Groups.Keys)
        {
            composed.Pacing.Groups.TryAdd(group, new PacingGroupOptions());
        }

        foreach (Option option in OptionSchema.Differences(options, OptionSchema.Generic))
        {
            option.Copy(options, composed);
        }
    });

    /// <summary>A client whose options are made by code alone.</summary>
    /// <exception cref="OptionsValidationException">The options contradict themselves or are out of range.</exception>
    public static ClientState InCode(ResilienceState state, Action<ResilienceHandlersOptions> configure)
    {
        Composition composition = OptionsComposer.Compose(new ClientLayers
        {
            Client = "",
            Code = [configure],
            CodeName = "options in code",
            FindProvider = state.Providers.Named,
            ProviderNames = [.. state.Providers.Names],
        });
        if (composition.Options.Fallback.Client is { } other && state.Clients is null)
        {
            throw new OptionsValidationException("", typeof(ResilienceHandlersOptions),
                [$"Fallback.Client = {OptionText.Quote(other)} needs a container that makes named clients; without one, set Fallback.Route."]);
        }

        return composition.Errors.IsEmpty
            ? new ClientState("", state, new ClientPolicy(0, composition, state.Providers))
            : throw new InvalidConfigurationException("", composition.Errors);
    }

    public ClientSnapshot Snapshot()
    {
        ClientPolicy? policy = Volatile.Read(ref _policy);
        return Stats.Snapshot(policy?.NamedProvider, policy is { Enabled: not Stages.None }) with { Mistakes = policy is null ? _unusable!().Message : null };
    }

    /// <summary>Some <see cref="HttpClient"/> has no timeout of its own any more: its calls keep their deadline also while every handler is switched off.</summary>
    public bool HoldsTimeouts { get; private set; }

    /// <summary>
    /// The call's deadline replaces the client's own timeout, which would count waits and retries as one request. A switched-off stack leaves it alone.
    /// Without good options it throws, and so does whoever asks the factory for a client: here nobody keeps that for later.
    /// </summary>
    public void TakeOverTimeout(HttpClient http)
    {
        ClientPolicy policy = Policy;
        if (policy.Enabled != Stages.None)
        {
            Neighbours.Replaced(http.Timeout, policy.Options.TotalTimeout);
            http.Timeout = Timeout.InfiniteTimeSpan;
            HoldsTimeouts = true;
        }
    }

    /// <summary>A good edit: state is adjusted, never reset.</summary>
    public void Apply(Composition edited, int version)
    {
        ClientPolicy? before = Volatile.Read(ref _policy);
        var policy = new ClientPolicy(version, edited, State.Providers, before);
        Volatile.Write(ref _policy, policy);
        var settings = CircuitSettings.From(policy.Options.CircuitBreaker);
        foreach (Circuit circuit in Circuits)
        {
            circuit.Adjust(settings);
        }

        if (policy.Pacing != before?.Pacing)
        {
            State.Ledger.Configure(policy.Pacing.Quotas);
        }
    }

    /// <summary>The upstream that a request goes to. Most clients have one, so the last one found is tried first.</summary>
    public Upstream UpstreamFor(Uri? uri)
    {
        if (uri is not { IsAbsoluteUri: true })
        {
            throw new InvalidOperationException("The request has no absolute address: set its RequestUri, or the client's BaseAddress.");
        }

        var key = new Authority(uri);
        Upstream? upstream = Volatile.Read(ref _lastUpstream);
        if (upstream is null || upstream.Key != key)
        {
            upstream = _upstreams.TryGetValue(key, out Upstream? known) ? known : AddUpstream(key);
            Volatile.Write(ref _lastUpstream, upstream);
        }

        // Written only when it changes: the line stays shared between cores.
        if (!upstream.IsUsed)
        {
            upstream.IsUsed = true;
        }

        return upstream;
    }

    /// <summary>
    /// A client of arbitrary hosts must not remember them all: each time their number has doubled, those that nobody asked for since the last time are forgotten,
    /// unless their circuit still means something. A call that waits in a queue all that while records its result where nobody looks; no more than that is lost.
    /// </summary>
    private Upstream AddUpstream(Authority key)
    {
        if (_upstreams.Count >= Volatile.Read(ref _sweepAt))
        {
            foreach ((Authority idle, Upstream upstream) in _upstreams)
            {
                if (!upstream.IsUsed && upstream.Circuit.IsForgettable)
                {
                    _upstreams.TryRemove(KeyValuePair.Create(idle, upstream));
                }

                upstream.IsUsed = false;
            }

            Volatile.Write(ref _sweepAt, Math.Max(SweepFrom, _upstreams.Count * 2));
        }

        return _upstreams.GetOrAdd(
            key,
            static (key, client) => new Upstream(
                key, new Circuit(client.Name, key.ToString(), CircuitSettings.From(client.Policy.Options.CircuitBreaker), client.Clock.Time)),
            this);
    }

    /// <summary>The retry budget of the account that a call belongs to.</summary>
    public RetryBudget BudgetFor(Call call)
    {
        string account = call.Account;
        string provider = call.Provider?.Name ?? "";
        BudgetEntry? last = Volatile.Read(ref _lastBudget);
        if (last is null || !ReferenceEquals(last.Policy, call.Policy) || last.Account != account || last.Provider != provider || last.Budget.IsRetired)
        {
            var settings = RetryBudgetSettings.From(call.Policy.Options.Retry);
            RetryBudget budget = State.BudgetOf(provider, account, settings);
            budget.Adjust(settings);
            last = new BudgetEntry(call.Policy, provider, account, budget);
            Volatile.Write(ref _lastBudget, last);
        }

        return last.Budget;
    }

    private sealed record BudgetEntry(ClientPolicy Policy, string Provider, string Account, RetryBudget Budget);
}
