using Microsoft.Extensions.Logging;

namespace Handlers.ResponseCaching;

/// <summary>What one client's cache keeps between calls, however often its handlers are rebuilt: its store, what is under way, and what has been said already.</summary>
internal sealed class ResponseCache(ClientState client)
{
    /// <summary>Requests in the background at one time.</summary>
    private const int MaxRefreshes = 32;

    private readonly Lock _lock = new();
    private readonly HashSet<ResponseKey> _refreshes = [];
    private IResponseStore? _given;
    private MemoryResponseStore? _own;
    private long _ownBytes;
    private GuardedStore? _store;
    private GuardedStore? _sharedStore;
    private int _saidPassedOver;
    private int _saidAccountUnknown;

    public CredentialDigests Digests { get; } = new();

    public ResponseOwners Owners { get; } = new();

    public StoredTexts Texts { get; } = new();

    public FlightTable Flights { get; } = new();

    public InvalidationLog Invalidations => client.State.Invalidations;

    /// <summary>Uses this store instead of one of our own. Before the first call only.</summary>
    public void Use(IResponseStore store) => _given = store;

    /// <summary>The options that hold for a call here: its own, unless this cache was configured apart from the outermost handler.</summary>
    public ClientPolicy PolicyOf(Call call) => ReferenceEquals(call.Client, client) ? call.Policy : client.Policy;

    /// <summary>When the call's answer came, and how long it was under way.</summary>
    public Reception ReceptionOf(Call call) =>
        new(client.Clock.Time.GetUtcNow() - client.Clock.Between(call.AnsweredAt, client.Clock.Now), client.Clock.Between(call.SentAt, call.AnsweredAt));

    public GuardedStore StoreFor(ResponseCachingOptions options)
    {
        if ((_given ?? client.State.ResponseStore) is { } given)
        {
            return _store ?? Ensure(ref _store, given);
        }

        if (options.SharedStore)
        {
            return _sharedStore ?? Ensure(ref _sharedStore, client.State.SharedResponses.Of(options.MaxBytes));
        }

        if (Volatile.Read(ref _ownBytes) != options.MaxBytes || _store is null)
        {
            Resize(options.MaxBytes);
        }

        return _store!;
    }

    /// <summary>One request in the background per key, and not too many at a time.</summary>
    public bool TryBeginRefresh(in ResponseKey key)
    {
        lock (_lock)
        {
            return _refreshes.Count < MaxRefreshes && _refreshes.Add(key);
        }
    }

    public void EndRefresh(in ResponseKey key)
    {
        lock (_lock)
        {
            _refreshes.Remove(key);
        }
    }

    public void SayPassedOver(ILogger logger)
    {
        if (Interlocked.Exchange(ref _saidPassedOver, 1) == 0)
        {
            CachingLog.StorePassedOver(logger);
        }
    }

    public void SayAccountUnknown(ILogger logger, string field)
    {
        if (Interlocked.Exchange(ref _saidAccountUnknown, 1) == 0)
        {
            CachingLog.AccountUnknown(logger, field, client.Name);
        }
    }

    private GuardedStore Ensure(ref GuardedStore? slot, IResponseStore store) =>
        LazyInitializer.EnsureInitialized(ref slot, () => new GuardedStore(store, client.Clock, client.Logger));

    private void Resize(long maxBytes)
    {
        lock (_lock)
        {
            if (_own is null)
            {
                _own = new MemoryResponseStore(maxBytes, client.Clock.Time);
                _store = new GuardedStore(_own, client.Clock, client.Logger);
            }

            _own.Resize(maxBytes);
            Volatile.Write(ref _ownBytes, maxBytes);
        }
    }
}
