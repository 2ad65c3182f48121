namespace Handlers.Quotas;

/// <summary>How many left in the last minute, by quarters of a second.</summary>
internal sealed class SendCounts
{
    private const int Slots = 256;
    private const long Width = TimeSpan.TicksPerSecond / 4;

    private readonly int[] _counts = new int[Slots];
    private long _newest;

    /// <summary>Counts some that left at a tick; nothing for one that is too long ago, or left before the ledger's time began.</summary>
    public void Add(long tick, long amount)
    {
        long slot = tick / Width;
        for (; _newest < slot; _newest++)
        {
            if (slot - _newest > Slots)
            {
                _newest = slot - Slots;
            }

            _counts[(_newest + 1) % Slots] = 0;
        }

        if (slot >= 0 && slot > _newest - Slots)
        {
            ref int count = ref _counts[slot % Slots];
            count = Math.Max(0, count + (int)amount);
        }
    }

    /// <summary>How many left after <paramref name="from"/>, until <paramref name="to"/>; slots that reach over an end count with their part.</summary>
    public double Between(long from, long to)
    {
        double sum = 0;
        long last = Math.Min(to / Width, _newest);
        for (long slot = Math.Max(Math.Max(0, from / Width), _newest - Slots + 1); slot <= last; slot++)
        {
            long overlap = Math.Min(to, (slot + 1) * Width) - Math.Max(from, slot * Width);
            sum += _counts[slot % Slots] * (overlap / (double)Width);
        }

        return sum;
    }
}
