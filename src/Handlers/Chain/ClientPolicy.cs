using System.Collections.Immutable;
using Handlers.Pacing;
using Handlers.Retry;

namespace Handlers;

/// <summary>One client's options, composed and parsed: immutable, so that a call can hold on to what held when it began.</summary>
internal sealed class ClientPolicy
{
    private readonly Composition _composition;
    private readonly Provider? _provider;
    private readonly ProviderTable _providers;
    private readonly ImmutableArray<string> _keyed;
    private readonly string[] _keyHeaders;

    /// <summary>Parses options that were validated before.</summary>
    /// <param name="version">Grows with each reload.</param>
    /// <param name="composition">The options.</param>
    /// <param name="providers">The providers.</param>
    /// <param name="before">What an edit took the place of: where it left pacing alone the ledger must not notice it.</param>
    public ClientPolicy(int version, Composition composition, ProviderTable providers, ClientPolicy? before = null)
    {
        ResilienceHandlersOptions options = Options = composition.Options;
        _composition = composition;
        _provider = composition.Provider;
        _providers = providers;
        UndecidedGroups = UndecidedGroups.Of(composition);
        Enabled = options.Enabled ? StagesOf(options) : Stages.None;
        RetryOn = ErrorClasses.Parse(options.Retry.RetryOn);
        WaitOutOn = ErrorClasses.Parse(options.Retry.WaitOutOn);
        ReplaySafe = EndpointPattern.TryParse(options.Retry.ReplaySafe, out EndpointPattern? safe, out _) ? safe : null;
        Backoff = BackoffSettings.From(options.Retry);
        Pacing = before is not null && OptionSchema.AreEqual(before.Options, options, "Pacing") ? before.Pacing : new PacingRules(composition.Client, version, options.Pacing);
        _keyed = [.. options.Idempotency.Methods.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        _keyHeaders = options.Caching.KeyHeaders.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        FallbackModels = options.Fallback.Models.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        StreamTypes = [.. options.StreamTypes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    public ResilienceHandlersOptions Options { get; }

    public Stages Enabled { get; }

    public ErrorClasses RetryOn { get; }

    public ErrorClasses WaitOutOn { get; }

    /// <summary>Requests that the user declared safe to repeat; null for none.</summary>
    public EndpointPattern? ReplaySafe { get; }

    public BackoffSettings Backoff { get; }

    /// <summary>Pacing groups that may mean no call; null for none.</summary>
    public UndecidedGroups? UndecidedGroups { get; }

    /// <summary>The pacing options in the ledger's form.</summary>
    public PacingRules Pacing { get; }

    /// <summary>Models of the same API that may answer, in order. Not to be written to.</summary>
    public string[] FallbackModels { get; }

    /// <summary>Media types that are streams besides those that always are.</summary>
    public ImmutableArray<string> StreamTypes { get; }

    /// <summary>The provider that the options or the client's name say; null when the host decides.</summary>
    public string? NamedProvider => _provider?.Name;

    /// <summary>What a message calls an option that somebody may want to change: in full, where it was set or can be.</summary>
    public string PlaceOf(string option) => _composition.PlaceOf(option);

    /// <summary>The client's provider, or the one that answers on the request's host.</summary>
    public Provider ProviderFor(HttpRequestMessage request) => _provider ?? _providers.ForHost(request.RequestUri?.Host);

    /// <summary>Whether writes with this method get a key without the caller's doing.</summary>
    public bool GetsKey(HttpMethod method)
    {
        foreach (string keyed in _keyed)
        {
            if (keyed.Equals(method.Method, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the user said that answers differ by a request field.</summary>
    public bool IsKeyHeader(string field) => _keyHeaders.Length != 0 && _keyHeaders.Contains(field, StringComparer.OrdinalIgnoreCase);

    private static Stages StagesOf(ResilienceHandlersOptions options)
    {
        var stages = Stages.None;
        stages |= options.Caching.Enabled ? Stages.ResponseCaching : 0;
        stages |= options.Idempotency.Enabled ? Stages.Idempotency : 0;
        FallbackOptions fallback = options.Fallback;
        stages |= fallback.Enabled && (fallback.Models.Length > 0 || fallback.Client is not null || fallback.Route is not null) ? Stages.Fallback : 0;
        stages |= options.Retry.Enabled ? Stages.Retry : 0;
        stages |= options.CircuitBreaker.Enabled ? Stages.CircuitBreaker : 0;
        stages |= options.Pacing.Enabled ? Stages.Pacing : 0;
        stages |= options.RateLimits.Enabled ? Stages.RateLimit : 0;

        // Without a timeout of the client's a call may still bring its own.
        return options.AttemptTimeout != Timeout.InfiniteTimeSpan || stages != Stages.None ? stages | Stages.AttemptTimeout : stages;
    }
}
