using System.Diagnostics.CodeAnalysis;

namespace Handlers.Quotas;

/// <summary>
/// Amounts by the tick they were counted at, oldest first, and their sum: a ring that grows with what it holds. The first entry needs no array,
/// so that a quota used now and then stays small.
/// </summary>
/// <remarks>
/// Above <see cref="Fine"/> entries per period ticks are rounded up to a grid and entries of one grid point become one: amounts leave late by up to 1/256 of
/// the period, never early. That bounds memory at 4 KiB whatever the limit.
/// </remarks>
internal struct CostLog
{
    public const int Fine = 256;

    private (long Tick, long Amount) _only;
    private (long Tick, long Amount)[]? _ring;
    private int _first;
    private int _count;

    /// <summary>The sum of all entries.</summary>
    public long Sum { get; private set; }

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

        Sum += amount;
        if (_count > 0)
        {
            ref (long Tick, long Amount) newest = ref At(_count - 1);
            if (tick <= newest.Tick)
            {
                newest.Amount += amount;
                return;
            }
        }

        if (_count > 0 && (_ring is null || _count == _ring.Length))
        {
            Grow();
        }

        _count++;
        At(_count - 1) = (tick, amount);
    }

    /// <summary>Drops the entries counted at <paramref name="tick"/> or before.</summary>
    public void DropThrough(long tick)
    {
        while (_count > 0)
        {
            ref (long Tick, long Amount) oldest = ref At(0);
            if (oldest.Tick > tick)
            {
                return;
            }

            Sum -= oldest.Amount;
            _count--;
            _first = _ring is null ? 0 : (_first + 1) & (_ring.Length - 1);
        }

        // A burst's ring is not kept for ever.
        if (_ring is { Length: > 16 })
        {
            _ring = null;
            _first = 0;
        }
    }

    /// <summary>The tick of the entry with which the oldest entries together reach <paramref name="amount"/>; <see cref="Limit.Never"/> if they don't.</summary>
    public long TickOf(long amount)
    {
        for (int i = 0; i < _count; i++)
        {
            ref (long Tick, long Amount) entry = ref At(i);
            amount -= entry.Amount;
            if (amount <= 0)
            {
                return entry.Tick;
            }
        }

        return Limit.Never;
    }

    /// <summary>The tick of the newest entry; <see cref="long.MinValue"/> when there is none.</summary>
    public long Newest => _count == 0 ? long.MinValue : At(_count - 1).Tick;

    [UnscopedRef]
    [SuppressMessage("Design", "MA0102:Make member readonly", Justification = "It hands out a reference to write through.")]
    private ref (long Tick, long Amount) At(int index) => ref _ring is null ? ref _only : ref _ring[(_first + index) & (_ring.Length - 1)];

    private void Grow()
    {
        var ring = new (long Tick, long Amount)[_ring is null ? 4 : _ring.Length * 2];
        for (int i = 0; i < _count; i++)
        {
            ring[i] = At(i);
        }

        _ring = ring;
        _first = 0;
    }
}
