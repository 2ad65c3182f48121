using System.Runtime.InteropServices;

namespace Handlers;

/// <summary>
/// Keeps answers in memory, within a number of bytes: a new one displaces the least recently used at once. Can be shared by any number of clients.
/// </summary>
internal sealed class MemoryResponseStore : IResponseStore
{
    /// <summary>What an entry of the index costs.</summary>
    private const int EntryOverhead = 240;

    private readonly Lock _lock = new();
    private readonly Dictionary<ResponseKey, Entry> _entries = [];

    // One of the entries for each URI, whoever they belong to; the others hang on it in a ring.
    private readonly Dictionary<string, Entry> _targets = new(StringComparer.Ordinal);
    private readonly Clock _clock;
    private readonly Entry _ends = new() { Key = default, Responses = null! };
    private long _maxBytes;
    private long _size;

    /// <summary>Creates an empty store.</summary>
    /// <param name="maxBytes">The most memory that it may take: bodies, headers, keys and the objects around them.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    public MemoryResponseStore(long maxBytes, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        _maxBytes = maxBytes;
        _clock = new Clock(timeProvider ?? TimeProvider.System);
        _ends.Older = _ends.Newer = _ends;
    }

    /// <summary>How many keys have something stored.</summary>
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

    /// <summary>About how many bytes are in use.</summary>
    public long Size => Volatile.Read(ref _size);

    /// <inheritdoc/>
    public bool TryGet(ResponseKey key, out StoredResponses? responses)
    {
        responses = Find(key, null, 0);
        return true;
    }

    /// <summary>The same for who has just looked at a clock: where it is this store's as well, it is not looked at again.</summary>
    internal StoredResponses? Find(in ResponseKey key, Clock? clock, long now)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                return null;
            }

            if (entry.ExpiresAt <= (clock?.Time == _clock.Time ? now : _clock.Now))
            {
                RemoveNeedsLock(entry);
                return null;
            }

            if (!ReferenceEquals(_ends.Older, entry))
            {
                UnlinkNeedsLock(entry);
                LinkNeedsLock(entry);
            }

            return entry.Responses;
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredResponses?> GetAsync(ResponseKey key, CancellationToken cancellationToken)
    {
        TryGet(key, out StoredResponses? responses);
        return ValueTask.FromResult(responses);
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(ResponseKey key, StoredResponses responses, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(responses);
        var entry = new Entry
        {
            Key = key,
            Responses = responses,
            Size = responses.Size + EntryOverhead + (2L * key.Length),
            ExpiresAt = _clock.After(_clock.Now, keepFor),
        };
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out Entry? present))
            {
                RemoveNeedsLock(present);
            }

            // Alone too large: it must not drive out all others first.
            if (entry.Size > _maxBytes)
            {
                return ValueTask.CompletedTask;
            }

            _entries.Add(key, entry);
            LinkNeedsLock(entry);
            JoinTargetNeedsLock(entry);
            _size += entry.Size;
            ShrinkNeedsLock();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(ResponseKey key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out Entry? entry))
            {
                RemoveNeedsLock(entry);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Forgets every answer to a URI, whoever it belongs to.</summary>
    public void RemoveAll(string target)
    {
        lock (_lock)
        {
            while (_targets.TryGetValue(target, out Entry? entry))
            {
                RemoveNeedsLock(entry);
            }
        }
    }

    /// <summary>Raises or lowers the bound; what no longer fits goes at once.</summary>
    internal void Resize(long maxBytes)
    {
        lock (_lock)
        {
            _maxBytes = maxBytes;
            ShrinkNeedsLock();
        }
    }

    private void ShrinkNeedsLock()
    {
        while (_size > _maxBytes)
        {
            RemoveNeedsLock(_ends.Newer!);
        }
    }

    private void RemoveNeedsLock(Entry entry)
    {
        _entries.Remove(entry.Key);
        UnlinkNeedsLock(entry);
        LeaveTargetNeedsLock(entry);
        _size -= entry.Size;
    }

    private void JoinTargetNeedsLock(Entry entry)
    {
        ref Entry? first = ref CollectionsMarshal.GetValueRefOrAddDefault(_targets, entry.Key.Target, out _);
        first ??= entry;
        entry.Next = first.Next ?? first;
        entry.Previous = first;
        entry.Next.Previous = entry;
        first.Next = entry;
    }

    private void LeaveTargetNeedsLock(Entry entry)
    {
        Entry next = entry.Next!;
        if (ReferenceEquals(next, entry))
        {
            _targets.Remove(entry.Key.Target);
            return;
        }

        (entry.Previous!.Next, next.Previous) = (next, entry.Previous);
        ref Entry first = ref CollectionsMarshal.GetValueRefOrNullRef(_targets, entry.Key.Target);
        if (ReferenceEquals(first, entry))
        {
            first = next;
        }
    }

    private void LinkNeedsLock(Entry entry)
    {
        entry.Older = _ends.Older;
        entry.Newer = _ends;
        _ends.Older!.Newer = entry;
        _ends.Older = entry;
    }

    private static void UnlinkNeedsLock(Entry entry)
    {
        entry.Older!.Newer = entry.Newer;
        entry.Newer!.Older = entry.Older;
    }

    /// <summary>
    /// In a ring from the least recently used to the most recently used, whose ends are one entry that holds nothing; and in a ring of all that answer the same URI.
    /// </summary>
    private sealed class Entry
    {
        public required ResponseKey Key { get; init; }

        public required StoredResponses Responses { get; init; }

        public long Size { get; init; }

        public long ExpiresAt { get; init; }

        public Entry? Older { get; set; }

        public Entry? Newer { get; set; }

        public Entry? Next { get; set; }

        public Entry? Previous { get; set; }
    }
}
