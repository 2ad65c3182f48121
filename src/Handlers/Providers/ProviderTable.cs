using System.Collections.Frozen;
using Handlers.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers;

/// <summary>All known APIs, by name and by host; the one place that names concrete providers. An app's own come first.</summary>
internal sealed class ProviderTable
{
    private static readonly Provider[] BuiltIn =
    [
        new OpenAIProvider(), new GeminiProvider(), new GitHubProvider(), new InstantlyProvider(), new AttioProvider(), new LinearProvider(), new AnthropicProvider(), new StripeProvider(),
    ];

    private readonly FrozenDictionary<string, Provider> _byName;
    private readonly FrozenDictionary<string, Provider> _byHost;
    private readonly (string Suffix, Provider Provider)[] _bySuffix;

    public ProviderTable(IEnumerable<Provider> own, ILogger? logger = null)
    {
        Provider[] all = [.. own.Select(provider => new GuardedProvider(provider, Generic, logger ?? NullLogger.Instance)), .. BuiltIn, Generic];
        _byName = all.DistinctBy(p => p.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        (string Host, Provider Provider)[] hosts = [.. all.SelectMany(p => p.Hosts.Select(host => (host, p)))];
        _byHost = hosts.Where(h => !h.Host.StartsWith('*'))
            .DistinctBy(h => h.Host, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(h => h.Host, h => h.Provider, StringComparer.OrdinalIgnoreCase);
        _bySuffix = [.. hosts.Where(h => h.Host.StartsWith('*')).Select(h => (h.Host[1..], h.Provider))];
    }

    /// <summary>Any API that speaks <c>Retry-After</c> or the RateLimit fields.</summary>
    public static Provider Generic { get; } = new GenericProvider();

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.OrdinalIgnoreCase);

    public Provider? Named(string? name) => name is not null && _byName.TryGetValue(name, out Provider? provider) ? provider : null;

    public Provider ForHost(string? host)
    {
        if (host is null)
        {
            return Generic;
        }

        if (_byHost.TryGetValue(host, out Provider? provider))
        {
            return provider;
        }

        foreach ((string suffix, Provider candidate) in _bySuffix)
        {
            if (host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return candidate;
            }
        }

        return Generic;
    }
}
