using Handlers;
using Handlers.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of circuits and gates.</summary>
public static class ResilienceHealthChecksBuilderExtensions
{
    /// <summary>Adds a check named <c>resilience</c>: degraded, or by option unhealthy, while circuits are not closed or gates stay closed for long.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="configure">Changes the thresholds; <c>services.Configure&lt;ResilienceHealthOptions&gt;(…)</c> comes after it.</param>
    /// <param name="name">The check's name. Default <c>resilience</c>.</param>
    /// <param name="failureStatus">What is reported in place of unhealthy. Default null: unhealthy.</param>
    /// <param name="tags">Tags to filter checks by.</param>
    /// <exception cref="InvalidOperationException">Thrown by the first check when no client has resilience handlers.</exception>
    public static IHealthChecksBuilder AddResilience(
        this IHealthChecksBuilder builder,
        Action<ResilienceHealthOptions>? configure = null,
        string name = "resilience",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new ResilienceHealthCheck(
                services.GetService<IResilienceMonitor>() ?? throw new InvalidOperationException(
                    "AddResilience() has nothing to look at: no client has resilience handlers. Add them with AddHttpClient(…).AddResilienceHandlers()."),
                services.GetService<TimeProvider>() ?? TimeProvider.System,
                OptionsOf(services, name, configure)),
            failureStatus,
            tags));
    }

    /// <summary>The framework's options pattern says more: without a name for every check, by a check's name for that one.</summary>
    private static ResilienceHealthOptions OptionsOf(IServiceProvider services, string check, Action<ResilienceHealthOptions>? configure)
    {
        var options = new ResilienceHealthOptions();
        configure?.Invoke(options);
        foreach (IConfigureOptions<ResilienceHealthOptions> one in services.GetServices<IConfigureOptions<ResilienceHealthOptions>>())
        {
            if (one is ConfigureNamedOptions<ResilienceHealthOptions> { Name.Length: > 0 } named)
            {
                named.Configure(check, options);
            }
            else
            {
                one.Configure(options);
            }
        }

        return options;
    }
}
