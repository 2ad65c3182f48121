using Microsoft.Extensions.Logging;

namespace Handlers.AspNetCore;

/// <summary>
/// Watches on behalf of all readers of the status page. Watches only while somebody reads, and two minutes longer, so that a reader who comes back finds what it
/// has missed; otherwise a call pays nothing for its events.
/// </summary>
/// <remarks>Its lock guards the number of readers and the watch; the timer's callback takes it.</remarks>
internal sealed class EventFeed : IDisposable
{
    public static readonly TimeSpan Linger = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly IResilienceMonitor _monitor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _leave;
    private CancellationTokenSource? _watch;
    private int _readers;

    public EventFeed(IResilienceMonitor monitor, TimeProvider time, ILogger logger)
    {
        _monitor = monitor;
        _time = time;
        _logger = logger;

        // Tells one run of the app from another: numbers begin anew with it.
        Run = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x");
        _leave = time.CreateTimer(_ => LeaveIfAlone(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public EventRing Ring { get; } = new();

    public string Run { get; }

    public bool IsWatching => Volatile.Read(ref _watch) is not null;

    public string IdOf(long number) => $"{Run}-{number}";

    /// <summary>Where a reader goes on: after the event it saw last, if that was in this run, else with the next one.</summary>
    public long CursorOf(string? lastEventId) =>
        lastEventId?.Split('-') is [var run, var number] && run == Run && long.TryParse(number, out long seen) && seen >= 0 && seen <= Ring.Last ? seen : Ring.Last;

    public void Join()
    {
        CancellationTokenSource? watch = null;
        lock (_lock)
        {
            _readers++;
            if (_watch is null)
            {
                watch = _watch = new CancellationTokenSource();
            }
        }

        if (watch is not null)
        {
            // Runs here until it watches: the reader who comes first misses nothing.
            _ = KeepAsync(watch.Token);
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_readers == 0)
            {
                _leave.Change(Linger, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        Stop(evenIfRead: true);
        _leave.Dispose();
    }

    private void LeaveIfAlone() => Stop(evenIfRead: false);

    private void Stop(bool evenIfRead)
    {
        CancellationTokenSource? watch;
        lock (_lock)
        {
            if (_readers > 0 && !evenIfRead)
            {
                return;
            }

            (watch, _watch) = (_watch, null);
        }

        watch?.Cancel();
        watch?.Dispose();
    }

    private async Task KeepAsync(CancellationToken token)
    {
        if (Ring.Last > 0)
        {
            Ring.Add(number => EventFrame.Missed(IdOf(number), count: null));
        }

        try
        {
            await foreach (ResilienceEvent told in _monitor.Watch(token).ConfigureAwait(false))
            {
                Ring.Add(number => EventFrame.Of(IdOf(number), told));
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Nobody reads any more.
        }
        catch (Exception failure)
        {
            StatusLog.FeedFailed(_logger, failure);
            lock (_lock)
            {
                // The next reader begins anew.
                _watch = null;
            }
        }
    }
}
