using System.Diagnostics.CodeAnalysis;

namespace Handlers.Quotas;

/// <summary>
/// Amounts by the tick they were counted at, oldest first, and their sum. A single entry is kept in place, so that a quota used now and then stays small;
/// more go to a ring that grows with what it holds.
/// </summary>
/// <remarks>
/// Above <see cref="Fine"/> entries per period ticks are rounded up to a grid and entries of one grid point become one: amounts leave late by up to 1/256 of
/// the period, never early. That bounds memory at 8 KiB whatever the limit.
/// </remarks>
internal struct CostLog
{
    public const int Fine = 256;

    private long _tick;
    private long _amount;
    private Ring? _ring;

    /// <summary>The sum of all entries.</summary>
    public readonly long Sum => _ring is null ? _amount : _ring.Sum;

    /// <summary>The tick of the newest entry; <see cref="long.MinValue"/> when there is none.</summary>
    public readonly long Newest => _ring is { Count: > 0 } ring ? ring[ring.Count - 1].Tick : _ring is null && _amount != 0 ? _tick : long.MinValue;

    /// <summary>Adds an amount counted at <paramref name="tick"/>; an earlier tick than the newest one's is taken as that.</summary>
    public void Add(long tick, long amount, long grid)
    {
        if (amount == 0)
        {
            return;
        }

        if (grid > 1)
        {
            tick = (tick + grid - 1) / grid * grid;
        }

        if (_ring is null)
        {
            if (_amount == 0 || tick <= _tick)
            {
                _tick = _amount == 0 ? tick : _tick;
                _amount += amount;
                return;
            }

            _ring = new Ring();
            _ring.Add(_tick, _amount);
        }

        _ring.Add(tick, amount);
    }

    /// <summary>Takes back an amount that was counted after <paramref name="tick"/>; what has been dropped since needs no taking back.</summary>
    public void Remove(long tick, long amount)
    {
        if (_ring is null)
        {
            _amount -= _tick > tick ? Math.Min(amount, _amount) : 0;
        }
        else
        {
            _ring.Remove(tick, amount);
        }
    }

    /// <summary>Drops the entries counted at <paramref name="tick"/> or before.</summary>
    public void DropThrough(long tick)
    {
        if (_ring is null)
        {
            _amount = _tick <= tick ? 0 : _amount;
            return;
        }

        _ring.DropThrough(tick);
        if (_ring.Count == 0)
        {
            // What a burst needed is not kept for ever; what steady traffic needs is.
            _amount = 0;
            _ring = _ring.IsSmall ? _ring : null;
        }
    }

    /// <summary>The tick of the entry with which the oldest entries together reach <paramref name="amount"/>; <see cref="Limit.Never"/> if they don't.</summary>
    public readonly long TickOf(long amount)
    {
        if (_ring is null)
        {
            return amount <= _amount ? _tick : Limit.Never;
        }

        for (int i = 0; i < _ring.Count; i++)
        {
            ref (long Tick, long Amount) entry = ref _ring[i];
            amount -= entry.Amount;
            if (amount <= 0)
            {
                return entry.Tick;
            }
        }

        return Limit.Never;
    }

    /// <summary>The sum of the entries after <paramref name="tick"/>.</summary>
    public readonly long SumAfter(long tick)
    {
        if (_ring is null)
        {
            return _tick > tick ? _amount : 0;
        }

        long sum = 0;
        for (int i = _ring.Count - 1; i >= 0 && _ring[i].Tick > tick; i--)
        {
            sum += _ring[i].Amount;
        }

        return sum;
    }

    /// <summary>The tick at which <paramref name="free"/> and what expires meanwhile has been taken at a pace; <see cref="Limit.Never"/> when that pace can go on.</summary>
    public readonly long SpentAt(double free, double pace, long now, long period)
    {
        for (int i = 0; i < (_ring?.Count ?? 1); i++)
        {
            (long tick, long amount) = _ring is null ? (_tick, _amount) : _ring[i];
            if (free / pace <= tick + period - now)
            {
                break;
            }

            free += amount;
        }

        // What is taken from now on comes back a period later.
        return free / pace <= period ? now + (long)(free / pace) : Limit.Never;
    }

    private sealed class Ring
    {
        private (long Tick, long Amount)[] _entries = new (long Tick, long Amount)[4];
        private int _first;

        public int Count { get; private set; }

        public long Sum { get; private set; }

        public bool IsSmall => _entries.Length <= 16;

        [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "Indexes are the caller's own.")]
        public ref (long Tick, long Amount) this[int index] => ref _entries[(_first + index) & (_entries.Length - 1)];

        public void Add(long tick, long amount)
        {
            Sum += amount;
            if (Count > 0)
            {
                ref (long Tick, long Amount) newest = ref this[Count - 1];
                if (tick <= newest.Tick)
                {
                    newest.Amount += amount;
                    return;
                }
            }

            if (Count == _entries.Length)
            {
                var entries = new (long Tick, long Amount)[Count * 2];
                for (int i = 0; i < Count; i++)
                {
                    entries[i] = this[i];
                }

                _entries = entries;
                _first = 0;
            }

            Count++;
            this[Count - 1] = (tick, amount);
        }

        public void Remove(long tick, long amount)
        {
            for (int i = 0; i < Count && amount > 0; i++)
            {
                ref (long Tick, long Amount) entry = ref this[i];
                if (entry.Tick > tick)
                {
                    long part = Math.Min(amount, entry.Amount);
                    entry.Amount -= part;
                    Sum -= part;
                    amount -= part;
                }
            }
        }

        public void DropThrough(long tick)
        {
            while (Count > 0 && this[0].Tick <= tick)
            {
                Sum -= this[0].Amount;
                _first = (_first + 1) & (_entries.Length - 1);
                Count--;
            }
        }
    }
}
