using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>Puts handlers into a client's chain when the factory builds it, and the state that they share into the container.</summary>
internal static class Installation
{
    /// <summary>An app may register a seeded <see cref="Random"/> under this key to make jitter repeatable.</summary>
    public const string RandomKey = "Handlers";

    public static IHttpClientBuilder Add(
        IHttpClientBuilder builder, Stages stages, IConfiguration? section, Action<ResilienceHandlersOptions>? configure)
    {
        ClientRegistrations all = AddShared(builder.Services);
        ClientRegistration registration = all[builder.Name];
        registration.Removed = false;
        registration.Section = section ?? registration.Section;
        if (configure is not null)
        {
            registration.Code = registration.Code.Add(configure);
        }

        string? name = builder.Name;
        builder.Services.AddSingleton<IConfigureOptions<HttpClientFactoryOptions>>(
            provider => new ChainInstaller(name, (client, options) => Install(provider, client, stages, options)));
        return builder;
    }

    public static IHttpClientBuilder Remove(IHttpClientBuilder builder)
    {
        AddShared(builder.Services)[builder.Name].Removed = true;
        builder.Services.AddSingleton<IConfigureOptions<HttpClientFactoryOptions>>(new ChainInstaller(
            builder.Name,
            static (_, options) => options.HttpMessageHandlerBuilderActions.Add(static chain =>
            {
                for (int i = chain.AdditionalHandlers.Count - 1; i >= 0; i--)
                {
                    if (chain.AdditionalHandlers[i] is ChainedHandler)
                    {
                        chain.AdditionalHandlers.RemoveAt(i);
                    }
                }
            })));
        return builder;
    }

    private static void Install(IServiceProvider provider, string client, Stages stages, HttpClientFactoryOptions options)
    {
        ClientRegistry registry = provider.GetRequiredService<ClientRegistry>();
        options.HttpMessageHandlerBuilderActions.Add(chain =>
        {
            if (registry.Knows(client))
            {
                Insert(chain.AdditionalHandlers, ChainOrder.Of(registry.Get(client), stages));
            }
        });

        // The deadline is the call's own; a switched-off stack leaves the client its usual timeout.
        options.HttpClientActions.Add(http =>
        {
            if (registry.Knows(client))
            {
                registry.Get(client).TakeOverTimeout(http);
            }
        });
    }

    /// <summary>
    /// Puts each handler where the chain's order wants it among its own kind, whatever the order of registration; what is there already is not added again.
    /// </summary>
    private static void Insert(IList<DelegatingHandler> chain, IEnumerable<ChainedHandler> handlers)
    {
        foreach (ChainedHandler handler in handlers)
        {
            int at = chain.Count;
            bool present = false;
            for (int i = chain.Count - 1; i >= 0; i--)
            {
                if (chain[i] is ChainedHandler other)
                {
                    present |= other.Stage == handler.Stage;
                    at = other.Stage > handler.Stage ? i : at;
                }
            }

            if (!present)
            {
                chain.Insert(at, handler);
            }
        }
    }

    /// <summary>The names that <c>AddHttpClient(name, …)</c> gave a configuration.</summary>
    private static string[] NamesIn(IServiceProvider provider) =>
    [
        .. provider.GetServices<IConfigureOptions<HttpClientFactoryOptions>>()
            .OfType<ConfigureNamedOptions<HttpClientFactoryOptions>>()
            .Select(configured => configured.Name)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal),
    ];

    private static ClientRegistrations AddShared(IServiceCollection services)
    {
        if (services.FirstOrDefault(s => s.ServiceType == typeof(ClientRegistrations))?.ImplementationInstance is ClientRegistrations known)
        {
            return known;
        }

        var registrations = new ClientRegistrations();
        services.AddSingleton(registrations);
        services.TryAddSingleton(provider => new ResilienceState(
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            provider.GetServices<Provider>(),
            provider.GetKeyedService<Random>(RandomKey),
            provider.GetService<IMeterFactory>())
        {
            ResponseStore = provider.GetService<IResponseStore>(),
            Clients = name => provider.GetRequiredService<IHttpClientFactory>().CreateClient(name),
            KeyStore = provider.GetService<IIdempotencyStore>(),
        });
        services.TryAddSingleton(provider => new ClientRegistry(
            registrations,
            provider.GetRequiredService<ResilienceState>(),
            provider.GetService<IConfiguration>(),
            new OptionsPattern(
                provider.GetServices<IConfigureOptions<ResilienceHandlersOptions>>(),
                provider.GetServices<IPostConfigureOptions<ResilienceHandlersOptions>>(),
                provider.GetServices<IValidateOptions<ResilienceHandlersOptions>>()),
            () => NamesIn(provider)));
        services.TryAddSingleton<IOptionsMonitor<ResilienceHandlersOptions>>(provider => new OptionsMonitor(provider.GetRequiredService<ClientRegistry>()));
        services.TryAddSingleton<IOptionsFactory<ResilienceHandlersOptions>>(provider => new OptionsInForce(provider.GetRequiredService<ClientRegistry>()));
        services.TryAddSingleton<IResilienceMonitor>(provider => new ResilienceMonitor(
            provider.GetRequiredService<ClientRegistry>(), provider.GetRequiredService<ResilienceState>()));
        services.AddSingleton<IHttpMessageHandlerBuilderFilter>(provider => new NeighbourCheck(provider.GetRequiredService<ClientRegistry>()));
        services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(provider => new TimeoutCheck(provider.GetRequiredService<ClientRegistry>()));
        services.AddSingleton<IValidateOptions<StartupCheck>>(
            provider => new StartupCheckValidation(provider.GetRequiredService<ClientRegistry>()));
        services.AddOptions<StartupCheck>().ValidateOnStart();
        return registrations;
    }
}
