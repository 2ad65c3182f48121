using Handlers;
using Handlers.AspNetCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of circuits and gates.</summary>
public static class ResilienceHealthChecksBuilderExtensions
{
    /// <summary>Adds a check named <c>resilience</c>: degraded, or by option unhealthy, while circuits are not closed or gates stay closed for long.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="configure">Changes the thresholds.</param>
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
        var options = new ResilienceHealthOptions();
        configure?.Invoke(options);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new ResilienceHealthCheck(
                services.GetService<IResilienceMonitor>() ?? throw new InvalidOperationException(
                    "AddResilience() has nothing to look at: no client has resilience handlers. Add them with AddHttpClient(…).AddResilienceHandlers()."),
                services.GetService<TimeProvider>() ?? TimeProvider.System, options),
            failureStatus,
            tags));
    }
}
