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

    private readonly MemoryResponseStore? _memory = store as MemoryResponseStore;
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
            return store.TryGet(key, out found);
        }
        catch (Exception failure)
        {
            Note(failure);
            found = null;
            return true;
        }
    }

    public ValueTask<StoredResponses?> GetAsync(ResponseKey key, TimeSpan timeout, CancellationToken caller) =>
        RunAsync(token => store.GetAsync(key, token), timeout, caller);

    public ValueTask SetAsync(ResponseKey key, StoredResponses responses, TimeSpan keepFor, TimeSpan timeout) =>
        _memory?.SetAsync(key, responses, keepFor, CancellationToken.None)
        ?? Done(RunAsync(token => Counted(store.SetAsync(key, responses, keepFor, token)), timeout, CancellationToken.None));

    public ValueTask RemoveAsync(ResponseKey key, TimeSpan timeout) =>
        _memory?.RemoveAsync(key, CancellationToken.None)
        ?? Done(RunAsync(token => Counted(store.RemoveAsync(key, token)), timeout, CancellationToken.None));

    private static async ValueTask<object?> Counted(ValueTask operation)
    {
        await operation.ConfigureAwait(false);
        return null;
    }

    private static async ValueTask Done(ValueTask<object?> operation) => await operation.ConfigureAwait(false);

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
            Abandon(pending);
            await late.CancelAsync().ConfigureAwait(false);
            if (caller.IsCancellationRequested)
            {
                throw;
            }

            Note(failure);
            return null;
        }
    }

    // Its failure is looked at when it comes at last, so that nobody else is alarmed.
    private static void Abandon(Task pending) =>
        _ = pending.ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

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
