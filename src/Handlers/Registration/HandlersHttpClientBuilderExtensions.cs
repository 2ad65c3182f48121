using Handlers;
using Handlers.Registration;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the resilience handlers to a named, typed, keyed or default client.</summary>
public static class HandlersHttpClientBuilderExtensions
{
    /// <summary>
    /// Adds all handlers in their order. The client's name chooses the profile; <c>ResilienceHandlers:Clients:{name}</c> in the container's configuration tunes
    /// it. A second call configures and never stacks. Handlers added afterwards (auth) stand inside, so that each attempt passes them.
    /// </summary>
    /// <param name="builder">The client's builder.</param>
    public static IHttpClientBuilder AddResilienceHandlers(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.All, null, null);
    }

    /// <summary>Adds all handlers and configures them in code, which wins over every configuration layer.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes the composed options. May be called again after each configuration reload.</param>
    public static IHttpClientBuilder AddResilienceHandlers(this IHttpClientBuilder builder, Action<ResilienceHandlersOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return Installation.Add(builder, Stages.All, null, configure);
    }

    /// <summary>Adds all handlers and takes the client's layer from <paramref name="section"/> instead of <c>ResilienceHandlers:Clients:{name}</c>.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="section">A section of the shape of <c>ResilienceHandlers:Clients:{name}</c>.</param>
    public static IHttpClientBuilder AddResilienceHandlers(this IHttpClientBuilder builder, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        return Installation.Add(builder, Stages.All, section, null);
    }

    /// <summary>Takes all of our handlers out of this client again, for example where defaults added them to every client.</summary>
    /// <param name="builder">The client's builder.</param>
    public static IHttpClientBuilder RemoveResilienceHandlers(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Remove(builder);
    }

    /// <summary>Adds <see cref="ResponseCachingHandler"/> alone. A registered <see cref="IResponseStore"/> replaces the client's own memory.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes its options.</param>
    public static IHttpClientBuilder AddResponseCaching(this IHttpClientBuilder builder, Action<ResponseCachingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.ResponseCaching, null, configure is null ? null : options => configure(options.Caching));
    }

    /// <summary>Adds <see cref="IdempotencyHandler"/> alone. A registered <see cref="IIdempotencyStore"/> replaces the client's own memory.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes its options.</param>
    public static IHttpClientBuilder AddIdempotencyKeys(this IHttpClientBuilder builder, Action<IdempotencyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.Idempotency, null, configure is null ? null : options => configure(options.Idempotency));
    }

    /// <summary>Adds <see cref="FallbackHandler"/> alone.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes its options.</param>
    public static IHttpClientBuilder AddFallback(this IHttpClientBuilder builder, Action<FallbackOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.Fallback, null, configure is null ? null : options => configure(options.Fallback));
    }

    /// <summary>Adds <see cref="RetryHandler"/> alone.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes its options.</param>
    public static IHttpClientBuilder AddRetries(this IHttpClientBuilder builder, Action<RetryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.Retry, null, configure is null ? null : options => configure(options.Retry));
    }

    /// <summary>Adds <see cref="CircuitBreakerHandler"/> alone.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes its options.</param>
    public static IHttpClientBuilder AddCircuitBreaker(this IHttpClientBuilder builder, Action<CircuitBreakerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.CircuitBreaker, null, configure is null ? null : options => configure(options.CircuitBreaker));
    }

    /// <summary>Adds <see cref="PacingHandler"/> alone.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes its options.</param>
    public static IHttpClientBuilder AddPacing(this IHttpClientBuilder builder, Action<PacingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.Pacing, null, configure is null ? null : options => configure(options.Pacing));
    }

    /// <summary>Adds <see cref="AttemptTimeoutHandler"/> alone.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="timeout">How long an attempt may take until its headers; null: the configured one.</param>
    public static IHttpClientBuilder AddAttemptTimeout(this IHttpClientBuilder builder, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.AttemptTimeout, null, timeout is not { } span ? null : options => options.AttemptTimeout = span);
    }

    /// <summary>Adds <see cref="RateLimitHandler"/> alone.</summary>
    /// <param name="builder">The client's builder.</param>
    /// <param name="configure">Changes its options.</param>
    public static IHttpClientBuilder AddRateLimitSignals(this IHttpClientBuilder builder, Action<RateLimitOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Installation.Add(builder, Stages.RateLimit, null, configure is null ? null : options => configure(options.RateLimits));
    }
}
