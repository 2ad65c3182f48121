using System.Diagnostics;
using System.Text.Json;
using Handlers.Tool.Simulation.Peers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Handlers.Tool.Simulation;

/// <summary>The clients that are compared, by name.</summary>
internal static class Policies
{
    public const string Ours = "handlers";
    public const string OursSmooth = "handlers-smooth";
    public const string OursDefaults = "handlers-defaults";

    public static IReadOnlyList<string> Names { get; } =
        [Ours, OursSmooth, OursDefaults, "none", "naive", "ms-standard", "ms-standard-long", "octokit", "aws-adaptive"];

    /// <summary>Whether it is the suite itself; only that is configured by the scenario and keeps deadlines by itself.</summary>
    public static bool IsOurs(string policy) => policy is OursDefaults || KnowsSettings(policy);

    /// <summary>Whether it runs with the scenario's settings, so that the limits they name bind it.</summary>
    public static bool KnowsSettings(string policy) => policy is Ours or OursSmooth;

    /// <summary>Makes a client.</summary>
    /// <param name="policy">One of <see cref="Names"/>.</param>
    /// <param name="scenario">Whose settings hold for ours.</param>
    /// <param name="name">The client's name.</param>
    /// <param name="baseAddress">Where the provider is.</param>
    /// <param name="wire">What the innermost handler sends to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Where jitter comes from.</param>
    public static PolicyClient Create(string policy, Scenario scenario, string name, Uri baseAddress, HttpMessageHandler wire, TimeProvider time, Random random)
    {
        if (IsOurs(policy))
        {
            return FromContainer(policy, scenario, name, baseAddress, wire, time, random);
        }

        HttpMessageHandler handler = policy switch
        {
            "none" => wire,
            "naive" => new NaiveHandler(wire, time, random),
            "ms-standard" => new StandardHandler(wire, StandardHandler.Documented(time, random)),
            "ms-standard-long" => new StandardHandler(wire, StandardHandler.Long(time, random)),
            "octokit" => new OctokitHandler(wire, time),
            "aws-adaptive" => new AwsAdaptiveHandler(wire, time, random),
            _ => throw new UnreachableException(policy),
        };
        var client = new HttpClient(handler) { BaseAddress = baseAddress, Timeout = Timeout.InfiniteTimeSpan };
        Identify(client);
        return new PolicyClient(client, client);
    }

    // As an app has it: a container, a named client, one line, and the settings in the container's configuration.
    private static PolicyClient FromContainer(string policy, Scenario scenario, string name, Uri baseAddress, HttpMessageHandler wire, TimeProvider time, Random random)
    {
        var services = new ServiceCollection();
        services.AddSingleton(time);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(Settings(policy, scenario, name)).Build());
        services.AddKeyedSingleton("Handlers", random);
        services.AddHttpClient(name, client =>
            {
                client.BaseAddress = baseAddress;
                Identify(client);
            })
            .ConfigurePrimaryHttpMessageHandler(() => wire)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan) // rotation goes by real time, which means nothing here
            .AddResilienceHandlers();
        ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate(); // as a host does at its start
            return new PolicyClient(provider.GetRequiredService<IHttpClientFactory>().CreateClient(name), provider);
        }
        catch (InvalidConfigurationException e)
        {
            provider.Dispose();
            throw new ScenarioException($"{scenario.Name}: client: {e.Message}");
        }
    }

    private static Dictionary<string, string?> Settings(string policy, Scenario scenario, string name)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        string section = $"ResilienceHandlers:Clients:{name}";
        if (KnowsSettings(policy) && scenario.Client is { } client)
        {
            Flatten(section, client, settings);
        }

        if (policy == OursSmooth)
        {
            settings[$"{section}:Pacing:Mode"] = nameof(PacingMode.Smooth);
        }

        return settings;
    }

    private static void Flatten(string path, JsonElement element, Dictionary<string, string?> into)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                Flatten($"{path}:{property.Name}", property.Value, into);
            }
        }
        else
        {
            into[path] = element.ToString();
        }
    }

    private static void Identify(HttpClient client) => client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer simulated");
}
