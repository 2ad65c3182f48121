namespace Handlers.Idempotency;

/// <summary>
/// Keys and results in memory, bounded in number and bytes. Results leave in the order of their last use; a key in flight or of unknown outcome never leaves, so a
/// store that holds nothing else takes no more.
/// </summary>
internal sealed class MemoryIdempotencyStore(Clock clock, int maxEntries, long maxBytes) : IIdempotencyStore
{
    // A node, a dictionary slot, two digests and the array's header, measured and rounded up.
    private const long Overhead = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    // Only those with a result, the latest used first.
    private readonly LinkedList<Entry> _results = [];
    private int _maxEntries = maxEntries;
    private long _maxBytes = maxBytes;
    private long _bytes;

    public bool AnswersAtOnce => true;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    public void Resize(int entries, long bytes)
    {
        lock (_lock)
        {
            (_maxEntries, _maxBytes) = (entries, bytes);
            MakeRoomNeedsLock(0);
        }
    }

    public ValueTask<IdempotencyRecord?> ClaimAsync(string key, string fingerprint, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out Entry? known) && !(known.IsDone && known.ExpiresAt <= clock.Now))
            {
                if (known.Place.List is not null)
                {
                    _results.Remove(known.Place);
                    _results.AddFirst(known.Place);
                }

                return new(new IdempotencyRecord(known.Fingerprint, known.At, known.IsDone, known.Result));
            }

            RemoveNeedsLock(known);
            MakeRoomNeedsLock(1);
            if (_entries.Count >= _maxEntries)
            {
                throw new InvalidOperationException(
                    $"All {_entries.Count} keys that Idempotency:MaxEntries allows are in flight or of unknown outcome; settle them with a probe, or raise the option.");
            }

            _entries.Add(key, new Entry(key, fingerprint) { At = clock.Time.GetUtcNow() });
            _bytes += Overhead;
            return default;
        }
    }

    public ValueTask KeepAsync(string key, ReadOnlyMemory<byte> result, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                throw new InvalidOperationException("The key was not claimed.");
            }

            if (entry.Place.List is not null)
            {
                _results.Remove(entry.Place);
            }

            // Alone too large: that it happened is worth more than its answer.
            result = Overhead + result.Length > _maxBytes ? default : result;
            _bytes += result.Length - entry.Result.Length;
            entry.IsDone = true;
            entry.Result = result;
            entry.At = clock.Time.GetUtcNow();
            entry.ExpiresAt = clock.After(clock.Now, keepFor);
            _results.AddFirst(entry.Place);
            MakeRoomNeedsLock(0);
        }

        return default;
    }

    public ValueTask ReleaseAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            RemoveNeedsLock(_entries.GetValueOrDefault(key));
        }

        return default;
    }

    private void MakeRoomNeedsLock(int more)
    {
        while ((_entries.Count + more > _maxEntries || _bytes > _maxBytes) && _results.Last is { } oldest)
        {
            RemoveNeedsLock(oldest.Value);
        }
    }

    private void RemoveNeedsLock(Entry? entry)
    {
        if (entry is null)
        {
            return;
        }

        _entries.Remove(entry.Key);
        _bytes -= Overhead + entry.Result.Length;
        if (entry.Place.List is not null)
        {
            _results.Remove(entry.Place);
        }
    }

    private sealed class Entry
    {
        public Entry(string key, string fingerprint)
        {
            Key = key;
            Fingerprint = fingerprint;
            Place = new LinkedListNode<Entry>(this);
        }

        public string Key { get; }

        public string Fingerprint { get; }

        public LinkedListNode<Entry> Place { get; }

        public DateTimeOffset At { get; set; }

        public bool IsDone { get; set; }

        public ReadOnlyMemory<byte> Result { get; set; }

        public long ExpiresAt { get; set; }
    }
}
