using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Handlers;

/// <summary>
/// Hands events to whoever watches. Each watcher has a bounded queue of its own; when it is full the oldest event goes and is counted, so nobody who watches
/// can slow a call down or hold much memory. With no watcher there is one flag to look at.
/// </summary>
/// <remarks>Its lock guards the list of watchers and the gates that are watched; nothing is published or called back under it.</remarks>
internal sealed class EventHub(TimeProvider time)
{
    /// <summary>Events that one watcher may be behind.</summary>
    public const int Capacity = 1024;

    private const int MaxGates = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WatchedGate> _gates = new(StringComparer.Ordinal);
    private Watcher[] _watchers = [];
    private long _calls;

    public bool IsWatched => Volatile.Read(ref _watchers).Length > 0;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A number for a call that somebody looks at.</summary>
    public long NextCall() => Interlocked.Increment(ref _calls);

    public async IAsyncEnumerable<ResilienceEvent> Watch([EnumeratorCancellation] CancellationToken token)
    {
        var watcher = new Watcher(time);
        Change(all => [.. all, watcher]);
        try
        {
            while (await watcher.Events.WaitToReadAsync(token).ConfigureAwait(false))
            {
                while (watcher.TryRead(out ResilienceEvent? next))
                {
                    yield return next;
                }
            }
        }
        finally
        {
            Change(all => Array.FindAll(all, other => other != watcher));
        }
    }

    public void Publish(ResilienceEvent told)
    {
        foreach (Watcher watcher in Volatile.Read(ref _watchers))
        {
            watcher.Add(told);
        }
    }

    public void OptionsReloaded(string client, Composition? old, Composition edited)
    {
        if (IsWatched)
        {
            Publish(new ResilienceEvent
            {
                Kind = ResilienceEventKind.OptionsReloaded,
                At = Now,
                Client = client,
                Message = old is null
                    ? $"Client \"{client}\" has good options now: {EffectivePolicy.Describe(edited)}"
                    : $"Client \"{client}\" goes on with new options: {EffectivePolicy.DescribeChange(old, edited)}",
            });
        }
    }

    public void OptionsRejected(string? client, string mistakes)
    {
        if (IsWatched)
        {
            Publish(new ResilienceEvent
            {
                Kind = ResilienceEventKind.OptionsRejected,
                At = Now,
                Client = client,
                Message = $"A configuration edit was rejected; the last good options stay. {mistakes}",
            });
        }
    }

    /// <summary>
    /// A gate was closed. Told once for each cause: many answers may bring the same instant. Its opening is told by a timer, which exists only while somebody
    /// watches.
    /// </summary>
    public void GateClosed(TimeSpan wait, ResilienceEvent told)
    {
        DateTimeOffset until = told.At + wait;
        string name = told.Quota ?? told.Authority!;
        lock (_lock)
        {
            if (_gates.TryGetValue(name, out WatchedGate? known))
            {
                if (until - known.Until < TimeSpan.FromSeconds(1))
                {
                    return;
                }

                known.Timer?.Dispose();
            }
            else if (_gates.Count >= MaxGates)
            {
                return;
            }

            var gate = new WatchedGate(until, told);
            _gates[name] = gate;
            gate.Timer = time.CreateTimer(_ => GateOpened(name, gate), null, wait, Timeout.InfiniteTimeSpan);
        }

        Publish(told with { Until = until });
    }

    private void GateOpened(string name, WatchedGate gate)
    {
        lock (_lock)
        {
            // Closed again meanwhile: that closing has a timer of its own.
            if (!_gates.TryGetValue(name, out WatchedGate? known) || known != gate)
            {
                return;
            }

            _gates.Remove(name);
        }

        gate.Timer?.Dispose();
        Publish(new ResilienceEvent
        {
            Kind = ResilienceEventKind.GateOpened,
            At = Now,
            Message = $"Gate of {name} is open again.",
            Quota = gate.Closed.Quota,
            Authority = gate.Closed.Authority,
        });
    }

    private void Change(Func<Watcher[], Watcher[]> change)
    {
        lock (_lock)
        {
            Volatile.Write(ref _watchers, change(_watchers));
            if (_watchers.Length == 0)
            {
                foreach (WatchedGate gate in _gates.Values)
                {
                    gate.Timer?.Dispose();
                }

                _gates.Clear();
            }
        }
    }

    private sealed class WatchedGate(DateTimeOffset until, ResilienceEvent closed)
    {
        public DateTimeOffset Until { get; } = until;

        public ResilienceEvent Closed { get; } = closed;

        public ITimer? Timer { get; set; }
    }

    private sealed class Watcher
    {
        private readonly TimeProvider _time;
        private readonly Channel<ResilienceEvent> _events;
        private long _missed;

        public Watcher(TimeProvider time)
        {
            _time = time;
            _events = Channel.CreateBounded<ResilienceEvent>(
                new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
                _ => Interlocked.Increment(ref _missed));
        }

        public ChannelReader<ResilienceEvent> Events => _events.Reader;

        public void Add(ResilienceEvent told) => _events.Writer.TryWrite(told);

        public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResilienceEvent? next)
        {
            if (Volatile.Read(ref _missed) == 0 || Interlocked.Exchange(ref _missed, 0) is not (> 0 and var missed))
            {
                return _events.Reader.TryRead(out next);
            }

            next = new ResilienceEvent
            {
                Kind = ResilienceEventKind.Missed,
                At = _time.GetUtcNow(),
                Message = $"{missed} events were dropped, because they came faster than they were read.",
                Count = missed,
            };
            return true;
        }
    }
}
