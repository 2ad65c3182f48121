using Microsoft.Extensions.Logging;

namespace Handlers.AspNetCore;

/// <summary>The last 15 minutes of every client in steps of 10 s, for the page's charts. Reads the counters there are; a call pays nothing for it.</summary>
/// <remarks>Its lock guards the samples.</remarks>
internal sealed class StatusHistory : IDisposable
{
    public const int Points = 90;
    private const int MaxClients = 1000;

    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ClientHistory> _clients = new(StringComparer.Ordinal);
    private readonly Func<IResilienceMonitor> _monitor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    /// <param name="monitor">Asks the container, so that it is noticed when that is gone.</param>
    /// <param name="time">When to look.</param>
    /// <param name="logger">Told of gaps.</param>
    public StatusHistory(Func<IResilienceMonitor> monitor, TimeProvider time, ILogger logger)
    {
        _monitor = monitor;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => TrySample(), null, Step, Step);
    }

    /// <summary>Every client's samples, oldest first, and when the newest was taken.</summary>
    public IReadOnlyList<(string Client, IReadOnlyList<HistoryPoint> Points)> All()
    {
        lock (_lock)
        {
            return [.. _clients.Select(entry => (entry.Key, (IReadOnlyList<HistoryPoint>)[.. entry.Value.Points]))];
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sample()
    {
        IReadOnlyList<ClientSnapshot> clients = _monitor().Clients;
        DateTimeOffset at = _time.GetUtcNow();
        lock (_lock)
        {
            foreach (ClientSnapshot client in clients)
            {
                if (!_clients.TryGetValue(client.Client, out ClientHistory? history))
                {
                    if (_clients.Count >= MaxClients)
                    {
                        continue;
                    }

                    _clients[client.Client] = history = new ClientHistory();
                }

                history.Add(at, client);
            }
        }
    }

    /// <summary>What a timer's callback throws would end the process.</summary>
    private void TrySample()
    {
        try
        {
            Sample();
        }
        catch (ObjectDisposedException)
        {
            // A host that is disposed without having been stopped, as in tests, tells nobody; a timer that goes on would keep all of it in memory.
            Dispose();
        }
        catch (Exception failure)
        {
            StatusLog.HistoryFailed(_logger, failure);
        }
    }

    private sealed class ClientHistory
    {
        private ClientSnapshot? _before;

        public Queue<HistoryPoint> Points { get; } = new();

        public void Add(DateTimeOffset at, ClientSnapshot now)
        {
            Points.Enqueue(new HistoryPoint(
                at,
                now.Calls - (_before?.Calls ?? 0),
                now.Failed - (_before?.Failed ?? 0),
                now.Retries - (_before?.Retries ?? 0),
                now.RateLimited - (_before?.RateLimited ?? 0),
                now.P99));
            _before = now;
            if (Points.Count > StatusHistory.Points)
            {
                Points.Dequeue();
            }
        }
    }
}
