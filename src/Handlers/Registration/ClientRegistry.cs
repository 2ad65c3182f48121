using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Handlers.Registration;

/// <summary>All clients of a container, by name: made when first asked for, kept for good.</summary>
internal sealed class ClientRegistry : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ClientState>> _clients = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<IDisposable> _watches = [];
    private readonly RejectedEdits _rejected = new();
    private readonly ClientRegistrations _registrations;
    private readonly ResilienceState _state;
    private readonly IConfiguration? _configuration;
    private readonly IConfigurationSection? _root;
    private readonly OptionsPattern _pattern;
    private readonly Lazy<IReadOnlyList<string>> _factoryClients;
    private readonly ConcurrentDictionary<object, Action<string>> _listeners = [];

    /// <param name="registrations">Clients that have our handlers.</param>
    /// <param name="state">What they share.</param>
    /// <param name="configuration">The container's; null for none.</param>
    /// <param name="pattern">What the app says by the framework's options pattern.</param>
    /// <param name="factoryClients">The names that anybody configured for the factory; asked when first needed.</param>
    public ClientRegistry(
        ClientRegistrations registrations,
        ResilienceState state,
        IConfiguration? configuration,
        OptionsPattern pattern,
        Func<IReadOnlyList<string>> factoryClients)
    {
        _pattern = pattern;
        _factoryClients = new Lazy<IReadOnlyList<string>>(factoryClients);
        _registrations = registrations;
        _state = state;
        StateGauges.Add(this, state);
        _configuration = configuration;
        _root = configuration?.GetSection(OptionsComposer.Section);
        if (_root is not null)
        {
            _watches.Add(ClientSections.Watch(
                _root,
                Expected(),
                _rejected,
                state.Loggers.CreateLogger("Handlers.Configuration"),
                mistakes => state.Events.OptionsRejected(client: null, mistakes),
                configuration));
        }
    }

    /// <summary>Clients that were asked for so far.</summary>
    public IEnumerable<ClientState> Clients => _clients.Values.Where(client => client.IsValueCreated).Select(client => client.Value);

    /// <summary>Whether defaults add our handlers to every client, also to those whose names turn up later.</summary>
    private bool ReachEveryone => _registrations.Everyone is { Removed: false };

    public ClientState Get(string name) => _clients.GetOrAdd(name, static (name, registry) => new Lazy<ClientState>(() => registry.Make(name)), this).Value;

    /// <summary>Whether our handlers were added to a client in code.</summary>
    public bool Knows(string name) => (_registrations.Find(name) ?? _registrations.Everyone) is { Removed: false };

    /// <summary>A copy of a client's options in force; of a name without our handlers, what they would be.</summary>
    public ResilienceHandlersOptions OptionsOf(string name) =>
        Knows(name) ? OptionSchema.Clone(Get(name).Policy.Options) : OptionsComposer.Compose(LayersOf(name)).Options;

    /// <summary>From here on somebody is told the name of each client of which other options are in force.</summary>
    public void Listen(object who, Action<string> told)
    {
        foreach (string name in _registrations.Names)
        {
            // Only the options of a client that has been made can change.
            Get(name);
        }

        _listeners[who] = told;
    }

    public void StopListening(object who) => _listeners.TryRemove(who, out _);

    /// <summary>Everything that is wrong with the configuration now; when nothing is, every client is made and says its policy in the log.</summary>
    public IReadOnlyList<string> CheckAll()
    {
        string[] names = [.. _registrations.Names.Union(ReachEveryone ? _factoryClients.Value.Where(Knows) : [], StringComparer.Ordinal)];
        string[] errors =
        [
            .. Strays(),
            .. ConfiguredForNobody(),
            .. names.Union(ReachEveryone ? Later() : [], StringComparer.Ordinal).SelectMany(name => OptionsComposer.Compose(LayersOf(name)).Errors),
        ];
        if (errors.Length == 0)
        {
            Array.ForEach(names, name => Get(name));
        }

        return [.. errors.Distinct(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        foreach (IDisposable watch in _watches)
        {
            watch.Dispose();
        }
    }

    private ClientState Make(string name)
    {
        var source = new OptionsSource(LayersOf(name), _rejected, _state.Loggers.CreateLogger($"Handlers.HttpClient.{name}"))
        {
            Rejected = mistakes => _state.Events.OptionsRejected(name, mistakes),
        };
        int version = 0;
        ClientState client = source.Current is { } options
            ? new ClientState(name, _state, new ClientPolicy(version, options, _state.Providers))
            : new ClientState(name, _state, source.Mistakes);
        source.Watch((old, edited) =>
        {
            client.Apply(edited, ++version);
            _state.Events.OptionsReloaded(name, old, edited);
            foreach (Action<string> told in _listeners.Values)
            {
                told(name);
            }
        });
        _watches.Add(source);
        return client;
    }

    /// <summary>The clients that may have a section; null when any name may, because defaults reach every client.</summary>
    private ClientLayers[]? Expected() => ReachEveryone ? null : [.. _registrations.Names.Select(LayersOf)];

    /// <summary>Sections that nobody uses.</summary>
    private ImmutableArray<string> Strays() => _root is null ? [] : ClientSections.Check(_root, Expected(), _configuration);

    /// <summary>Code for names that no client has: a slip, or one that meant every client and says so of the default one alone.</summary>
    private IEnumerable<string> ConfiguredForNobody() => ReachEveryone ? [] : _pattern.Names.Where(name => !Knows(name)).Select(name =>
        $"Configure<ResilienceHandlersOptions>({(name.Length == 0 ? "…) without a name" : $"\"{name}\", …)")} reaches no client with resilience handlers; "
        + (Spelling.Closest(name, [.. _registrations.Names]) is { } close ? $"did you mean \"{close}\"?" : "name one of them, or use ConfigureAll for all."));

    /// <summary>The clients of the factory, ours and others; null when any name may be one, because defaults reach every client.</summary>
    private IReadOnlyList<string>? Everybody() => ReachEveryone ? null : [.. _registrations.Names.Union(_factoryClients.Value, StringComparer.Ordinal)];

    /// <summary>
    /// Clients that nobody named in code and that may turn up all the same: the default one, and those that have a section. A client's name may go on below a section
    /// (a colon in it is a step down), so one without any key of ours is left to the client that asks for it.
    /// </summary>
    private IEnumerable<string> Later() => (_root?.GetSection(OptionsComposer.Clients).GetChildren() ?? [])
        .Where(section => section.GetChildren().Any(child => OptionSchema.IsSection(child.Key) || OptionSchema.TryFind(child.Key, out _)))
        .Select(section => section.Key)
        .Where(name => !_factoryClients.Value.Contains(name, StringComparer.OrdinalIgnoreCase))
        .Prepend("")
        .Where(Knows);

    private ClientLayers LayersOf(string name)
    {
        ClientRegistration? own = _registrations.Find(name);
        ClientRegistration? everyone = _registrations.Everyone;
        ImmutableArray<Action<ResilienceHandlersOptions>> code = [.. everyone?.Code ?? [], .. own?.Code ?? []];
        return new ClientLayers
        {
            Client = name,
            Container = _configuration,
            Root = _root,
            Section = own?.Section ?? everyone?.Section,
            Code = code,
            Configured = _pattern.CodeOf(name),
            Validate = _pattern.ValidationOf(name),
            FindProvider = _state.Providers.Named,
            ProviderNames = [.. _state.Providers.Names],
            Clients = Everybody,
            Strays = Strays,
        };
    }
}
