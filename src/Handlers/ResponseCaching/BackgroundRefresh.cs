namespace Handlers.ResponseCaching;

/// <summary>Asks the server in the background for what was just served stale; one request per key, and none when the handler is gone.</summary>
internal sealed class BackgroundRefresh : IDisposable
{
    private readonly ResponseCachingHandler _handler;
    private readonly ResponseCache _cache;
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationToken _disposed;

    public BackgroundRefresh(ResponseCachingHandler handler, ResponseCache cache)
    {
        _handler = handler;
        _cache = cache;
        _disposed = _disposing.Token;
    }

    public void Begin(Call call, ResponseKey key, ResponseCachingOptions options)
    {
        ResponseKey whole = key.IsHead ? key.ForGet() : key;
        if (!_disposed.IsCancellationRequested && _cache.TryBeginRefresh(whole))
        {
            HttpRequestMessage request = RefreshRequest.From(call);
            string operation = call.Operation;
            _ = Task.Run(() => RunAsync(request, operation, whole, options.RefreshTimeout), CancellationToken.None);
        }
    }

    public void Dispose()
    {
        if (!_disposed.IsCancellationRequested)
        {
            _disposing.Cancel();
            _disposing.Dispose();
        }
    }

    private async Task RunAsync(HttpRequestMessage request, string operation, ResponseKey key, TimeSpan timeout)
    {
        CallScope.Leave();
        ClientState client = _handler.Client;
        using var late = new CancellationTokenSource(timeout, client.Clock.Time);
        using CancellationTokenRegistration link = _disposed.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), late);
        try
        {
            using (request)
            {
                using HttpResponseMessage response = await _handler.SendInsideAsync(request, late.Token).ConfigureAwait(false);
                if (Call.Of(request) is { Watcher: not null })
                {
                    // A body that does not heed its token is left behind, after the transport has been told: this wait ends later than that one.
                    Task reading = response.Content.CopyToAsync(Stream.Null, late.Token);
                    LeftBehind.Observe(reading);
                    await reading.WaitAsync(timeout, client.Clock.Time, CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure)
        {
            // Nobody waits for this request; the next caller asks again.
            CachingLog.RefreshFailed(client.Logger, operation, failure);
        }
        finally
        {
            _cache.EndRefresh(key);
        }
    }
}
