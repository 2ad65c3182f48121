namespace Handlers.ResponseCaching;

/// <summary>The store in memory of the clients that share one, made when the first of them needs it.</summary>
internal sealed class SharedResponseStore(TimeProvider time)
{
    private readonly Lock _lock = new();
    private MemoryResponseStore? _store;
    private long _maxBytes;

    /// <summary>The store, at least as large as asked for.</summary>
    public MemoryResponseStore Of(long maxBytes)
    {
        lock (_lock)
        {
            _store ??= new MemoryResponseStore(maxBytes, time);
            if (maxBytes > _maxBytes)
            {
                _maxBytes = maxBytes;
                _store.Resize(maxBytes);
            }

            return _store;
        }
    }
}
