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
    /// <param name="configure">Changes the thresholds; <c>services.Configure&lt;ResilienceHealthOptions&gt;(…)</c>, <c>PostConfigure</c> and <c>Validate</c> come after it.</param>
    /// <param name="name">The check's name. Default <c>resilience</c>.</param>
    /// <param name="failureStatus">What is reported in place of unhealthy. Default null: unhealthy.</param>
    /// <param name="tags">Tags to filter checks by.</param>
    /// <exception cref="InvalidOperationException">Thrown by the first check when no client has resilience handlers.</exception>
    /// <exception cref="OptionsValidationException">Thrown by each check while what <c>Validate</c> demands of the thresholds does not hold.</exception>
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

    /// <summary>The framework's options pattern says more: without a name for every check, by a check's name for that one. What is said for all names is applied to both.</summary>
    private static ResilienceHealthOptions OptionsOf(IServiceProvider services, string check, Action<ResilienceHealthOptions>? configure)
    {
        var options = new ResilienceHealthOptions();
        configure?.Invoke(options);
        string[] names = check.Length == 0 ? [check] : [Options.Options.DefaultName, check];
        foreach (IConfigureOptions<ResilienceHealthOptions> one in services.GetServices<IConfigureOptions<ResilienceHealthOptions>>())
        {
            if (one is IConfigureNamedOptions<ResilienceHealthOptions> named)
            {
                Array.ForEach(names, name => named.Configure(name, options));
            }
            else
            {
                one.Configure(options);
            }
        }

        foreach (IPostConfigureOptions<ResilienceHealthOptions> one in services.GetServices<IPostConfigureOptions<ResilienceHealthOptions>>())
        {
            Array.ForEach(names, name => one.PostConfigure(name, options));
        }

        string[] mistakes =
        [
            .. services.GetServices<IValidateOptions<ResilienceHealthOptions>>()
                .SelectMany(one => names.SelectMany(name => one.Validate(name, options).Failures ?? []))
                .Distinct(StringComparer.Ordinal),
        ];
        return mistakes.Length == 0 ? options : throw new OptionsValidationException(check, typeof(ResilienceHealthOptions), mistakes);
    }
}
