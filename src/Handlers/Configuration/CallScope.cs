namespace Handlers;

/// <summary>The ambient options of <see cref="CallOptions.BeginScope"/>: a stack carried by the flow of control.</summary>
internal sealed class CallScope : IDisposable
{
    private static readonly AsyncLocal<CallScope?> Ambient = new();

    private readonly CallOptions _options;
    private readonly string? _client;
    private readonly CallScope? _outer;
    private readonly Lock _lock = new();
    private List<string>? _keyed;
    private bool _ended;

    private CallScope(CallOptions options, string? client, CallScope? outer)
    {
        _options = options.IdempotencyKey is null ? options : new CallOptions { IdempotencyKey = options.IdempotencyKey, KeyScope = this }.Over(options);
        _client = client;
        _outer = outer;
    }

    public static CallScope Begin(CallOptions options, string? client)
    {
        var scope = new CallScope(options, client, Ambient.Value);
        Ambient.Value = scope;
        return scope;
    }

    /// <summary>The options that hold for a call of <paramref name="client"/> that starts now; inner scopes win field by field.</summary>
    public static CallOptions? For(string client)
    {
        CallOptions? found = null;
        for (CallScope? scope = Ambient.Value; scope is not null; scope = scope._outer)
        {
            // A disposed scope may still be seen by flows that began inside it.
            if (!scope._ended && (scope._client is null || scope._client == client))
            {
                found = found is null ? scope._options : found.Over(scope._options);
            }
        }

        return found;
    }

    /// <summary>From here on this flow of control, and what it starts, is outside every scope.</summary>
    public static void Leave() => Ambient.Value = null;

    /// <summary>
    /// The scope's key for one of its calls. The first gets it as it is, and so does its repetition by an SDK; a different call gets a number, or its natural key
    /// behind it, which does not depend on the order.
    /// </summary>
    public string KeyFor(string key, string fingerprint, string? natural)
    {
        if (natural is not null)
        {
            return $"{key}:{natural}";
        }

        lock (_lock)
        {
            _keyed ??= [];
            int place = _keyed.IndexOf(fingerprint);
            if (place < 0)
            {
                place = _keyed.Count;
                _keyed.Add(fingerprint);
            }

            return place == 0 ? key : $"{key}/{place + 1}";
        }
    }

    public void Dispose()
    {
        _ended = true;
        if (ReferenceEquals(Ambient.Value, this))
        {
            Ambient.Value = _outer;
        }
    }
}
