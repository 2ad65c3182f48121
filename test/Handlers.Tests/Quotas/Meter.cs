using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>One limit as a provider counts it: what arrives, when it arrives. A model to compare with; nothing of the ledger's arithmetic is in it.</summary>
internal abstract class Meter(LimitUnit unit, long limit, TimeSpan period, bool tellsWindow)
{
    public LimitUnit Unit => unit;

    protected long Limit => limit;

    protected TimeSpan Period => period;

    /// <summary>Somebody else has used the same quota before.</summary>
    public abstract void Begin(long used, TimeSpan into);

    /// <summary>Counts an arrival; false when it is more than the limit allows.</summary>
    public abstract bool Count(long amount, TimeSpan now);

    /// <summary>What an answer says that is written now.</summary>
    public QuotaObservation Tell(string resource, TimeSpan now)
    {
        (long remaining, TimeSpan reset, ResetMeaning meaning) = State(now);
        return new QuotaObservation(resource, unit)
        {
            Limit = limit,
            Remaining = remaining,
            Reset = reset,
            Meaning = meaning,
            Window = tellsWindow ? period : Timeout.InfiniteTimeSpan,
        };
    }

    protected abstract (long Remaining, TimeSpan Reset, ResetMeaning Meaning) State(TimeSpan now);

    /// <summary>A window that begins with the first arrival after the last one's end, or on multiples of its period. Ends are told in whole seconds, rounded up.</summary>
    public sealed class Window(LimitUnit unit, long limit, TimeSpan period, bool tellsWindow, bool aligned) : Meter(unit, limit, period, tellsWindow)
    {
        private TimeSpan _end;
        private long _used;

        public override void Begin(long used, TimeSpan into) => (_used, _end) = (used, Period - into);

        public override bool Count(long amount, TimeSpan now)
        {
            if (now >= _end)
            {
                _used = 0;
                _end = aligned ? _end + (Period * (Math.Floor((now - _end) / Period) + 1)) : now + Period;
            }

            _used += amount;
            return _used <= Limit;
        }

        protected override (long Remaining, TimeSpan Reset, ResetMeaning Meaning) State(TimeSpan now) =>
            now >= _end ? (Limit, Period, ResetMeaning.WindowEnd) : (Math.Max(0, Limit - _used), TimeSpan.FromSeconds(Math.Ceiling((_end - now).TotalSeconds)), ResetMeaning.WindowEnd);
    }

    /// <summary>A bucket that refills evenly; the level is told in whole units, with the time until it is full.</summary>
    public sealed class Bucket(LimitUnit unit, long limit, TimeSpan period, bool tellsWindow) : Meter(unit, limit, period, tellsWindow)
    {
        private double _level = limit;
        private TimeSpan _at;

        public override void Begin(long used, TimeSpan into) => _level = Limit - used;

        public override bool Count(long amount, TimeSpan now)
        {
            Refill(now);
            _level -= amount;
            return _level > -1e-6;
        }

        protected override (long Remaining, TimeSpan Reset, ResetMeaning Meaning) State(TimeSpan now)
        {
            Refill(now);
            return (Math.Max(0, (long)_level), (Limit - _level) / Limit * Period, ResetMeaning.TimeUntilFull);
        }

        private void Refill(TimeSpan now)
        {
            _level = Math.Min(Limit, _level + ((now - _at) / Period * Limit));
            _at = now;
        }
    }
}
