using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Handlers.ResponseCaching;

/// <summary>
/// A store as the cache sees it: it never throws, never holds a call longer than the time-out, and has a bounded number of operations under way. One that hangs is
/// left alone for a while, so that not every call waits for it in vain.
/// </summary>
internal sealed class GuardedStore(IResponseStore store, Clock clock, ILogger logger)
{
    private const int MaxUnderWay = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Removals that failed, of which is known which.</summary>
    private const int MaxUnremoved = 10_000;

    // What a write or a newer answer made worthless and is still stored, because the store failed just then.
    private readonly ConcurrentDictionary<ResponseKey, bool> _unremoved = [];

    // What is being replaced or removed right now, and by whom: the store may still give it.
    private readonly ConcurrentDictionary<ResponseKey, object> _changing = [];
    private readonly MemoryResponseStore? _memory = store as MemoryResponseStore;
    private long _trustedAfter = DateTimeOffset.MinValue.UtcTicks;
    private long _leftAloneUntil = long.MinValue;
    private int _underWay;
    private int _failed;

    /// <summary>Nothing about it has to be waited for.</summary>
    public bool IsInMemory => _memory is not null;

    /// <summary>False when only <see cref="GetAsync"/> can tell.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A store is somebody else's code; whatever it throws, the call can be made without it.")]
    public bool TryGet(in ResponseKey key, out StoredResponses? found)
    {
        if (_memory is not null)
        {
            return _memory.TryGet(key, out found);
        }

        try
        {
            bool answered = store.TryGet(key, out found);
            found = Trusted(key, found);
            return answered;
        }
        catch (Exception failure)
        {
            Note(failure);
            found = null;
            return true;
        }
    }

    /// <summary>What may be used, for who has just looked at the clock.</summary>
    public bool TryFind(in ResponseKey key, long now, out StoredResponses? found)
    {
        if (_memory is null)
        {
            found = null;
            return _changing.ContainsKey(key) || TryGet(key, out found);
        }

        found = _memory.Find(key, clock, now);
        return true;
    }

    /// <inheritdoc cref="TryFind"/>
    public ValueTask<StoredResponses?> FindAsync(in ResponseKey key, TimeSpan timeout, CancellationToken caller) =>
        _changing.ContainsKey(key) ? default : GetAsync(key, timeout, caller);

    public async ValueTask<StoredResponses?> GetAsync(ResponseKey key, TimeSpan timeout, CancellationToken caller) =>
        Trusted(key, await RunAsync(token => store.GetAsync(key, token), timeout, caller).ConfigureAwait(false));

    /// <summary>Until it is shown again nobody finds what is stored: somebody has seen a newer answer, and is about to store it.</summary>
    public void Hide(in ResponseKey key, object by)
    {
        if (_memory is null)
        {
            _changing[key] = by;
        }
    }

    /// <summary>Ends what the same one hid, unless another has hidden it since.</summary>
    public void Show(in ResponseKey key, object by) => _changing.TryRemove(KeyValuePair.Create(key, by));

    /// <param name="key">The key.</param>
    /// <param name="responses">What to store.</param>
    /// <param name="keepFor">How long it can be of use.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="isReplacing">What is there is worthless now, also if it stays there.</param>
    public ValueTask SetAsync(in ResponseKey key, StoredResponses responses, TimeSpan keepFor, TimeSpan timeout, bool isReplacing) =>
        _memory?.SetAsync(key, responses, keepFor, CancellationToken.None) ?? StoreAsync(key, responses, keepFor, timeout, isReplacing);

    public ValueTask RemoveAsync(in ResponseKey key, TimeSpan timeout) =>
        _memory?.RemoveAsync(key, CancellationToken.None) ?? RemoveStoredAsync(key, timeout);

    /// <summary>
    /// Forgets what a write made worthless. In memory every answer to the URI goes, whoever it belongs to; another store only knows whole keys, so there it is the
    /// writer's own.
    /// </summary>
    public ValueTask InvalidateAsync(in ResponseKey key, TimeSpan timeout)
    {
        if (_memory is null)
        {
            return RemoveAsync(key, timeout);
        }

        _memory.RemoveAll(key.Target);
        return ValueTask.CompletedTask;
    }

    private async ValueTask StoreAsync(ResponseKey key, StoredResponses responses, TimeSpan keepFor, TimeSpan timeout, bool isReplacing)
    {
        if (isReplacing)
        {
            Hide(key, responses);
        }

        if (await RunAsync(token => Done(store.SetAsync(key, responses, keepFor, token)), timeout, CancellationToken.None).ConfigureAwait(false) is not null)
        {
            _unremoved.TryRemove(key, out _);
        }
        else if (isReplacing)
        {
            Distrust(key);
        }

        Show(key, responses);
    }

    private async ValueTask RemoveStoredAsync(ResponseKey key, TimeSpan timeout)
    {
        object removal = new();
        Hide(key, removal);
        if (await RunAsync(token => Done(store.RemoveAsync(key, token)), timeout, CancellationToken.None).ConfigureAwait(false) is not null)
        {
            _unremoved.TryRemove(key, out _);
        }
        else
        {
            Distrust(key);
        }

        Show(key, removal);
    }

    private void Distrust(in ResponseKey key)
    {
        if (_unremoved.Count < MaxUnremoved)
        {
            _unremoved[key] = true;
        }
        else
        {
            // Too many to remember: then nothing that was stored before.
            Volatile.Write(ref _trustedAfter, clock.Time.GetUtcNow().UtcTicks);
            _unremoved.Clear();
        }
    }

    private StoredResponses? Trusted(in ResponseKey key, StoredResponses? found) =>
        found is null || _unremoved.ContainsKey(key) || found.Variants.Any(variant => variant.Received.UtcTicks <= Volatile.Read(ref _trustedAfter)) ? null : found;

    // Not null: it has been done.
    private static async ValueTask<object?> Done(ValueTask operation)
    {
        await operation.ConfigureAwait(false);
        return Task.CompletedTask;
    }

    private async ValueTask<T?> RunAsync<T>(Func<CancellationToken, ValueTask<T?>> operation, TimeSpan timeout, CancellationToken caller)
        where T : class
    {
        if (clock.Now < Volatile.Read(ref _leftAloneUntil) || Volatile.Read(ref _underWay) >= MaxUnderWay)
        {
            return null;
        }

        using var late = new CancellationTokenSource();
        Task<T?> pending = CountedUntilDone(operation, late.Token);
        try
        {
            T? result = await pending.WaitAsync(timeout, clock.Time, caller).ConfigureAwait(false);
            if (Volatile.Read(ref _failed) != 0 && Interlocked.Exchange(ref _failed, 0) != 0)
            {
                CachingLog.StoreRecovered(logger);
            }

            return result;
        }
        catch (Exception failure)
        {
            LeftBehind.Observe(pending);
            await late.CancelAsync().ConfigureAwait(false);
            if (caller.IsCancellationRequested)
            {
                throw;
            }

            Note(failure);
            return null;
        }
    }

    /// <summary>Counts as under way until the store itself is done, however long ago we gave up.</summary>
    private async Task<T?> CountedUntilDone<T>(Func<CancellationToken, ValueTask<T?>> operation, CancellationToken token)
        where T : class
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            return await operation(token).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void Note(Exception failure)
    {
        if (failure is TimeoutException)
        {
            Volatile.Write(ref _leftAloneUntil, clock.After(clock.Now, Pause));
        }

        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            CachingLog.StoreFailed(logger, failure);
        }
    }
}
