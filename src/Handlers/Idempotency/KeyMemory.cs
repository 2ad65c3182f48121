namespace Handlers.Idempotency;

/// <summary>What one client knows about keys between calls, however often its handlers are rebuilt: its store, and what has been said already.</summary>
internal sealed class KeyMemory(ClientState client)
{
    private readonly Lock _lock = new();
    private IIdempotencyStore? _given;
    private MemoryIdempotencyStore? _own;
    private IdempotencyOptions? _sizedFor;
    private int _saidOwnerUnknown;
    private int _saidStorePassedOver;
    private int _saidProbePassedOver;

    public CredentialDigests Digests { get; } = new();

    public FlightTable Flights => client.State.KeyedFlights;

    /// <summary>Uses this store instead of one of our own. Before the first call only.</summary>
    public void Use(IIdempotencyStore store) => _given = store;

    public IIdempotencyStore StoreFor(IdempotencyOptions options)
    {
        if ((_given ?? client.State.KeyStore) is { } given)
        {
            return given;
        }

        if (!ReferenceEquals(Volatile.Read(ref _sizedFor), options))
        {
            lock (_lock)
            {
                _own ??= new MemoryIdempotencyStore(client.Clock, options.MaxEntries, options.MaxBytes);
                _own.Resize(options.MaxEntries, options.MaxBytes);
                Volatile.Write(ref _sizedFor, options);
            }
        }

        return _own!;
    }

    public void SayOwnerUnknown()
    {
        if (Interlocked.Exchange(ref _saidOwnerUnknown, 1) == 0)
        {
            IdempotencyLog.KeyOwnerUnknown(client.Logger, client.Name);
        }
    }

    public void SayStorePassedOver()
    {
        if (Interlocked.Exchange(ref _saidStorePassedOver, 1) == 0)
        {
            IdempotencyLog.KeyStorePassedOver(client.Logger);
        }
    }

    public void SayProbePassedOver()
    {
        if (Interlocked.Exchange(ref _saidProbePassedOver, 1) == 0)
        {
            IdempotencyLog.ProbePassedOver(client.Logger);
        }
    }
}
