namespace Handlers.Quotas;

/// <summary>
/// One limit's state. Not safe for concurrent use: the account's lock guards it. Times are ticks of the ledger's clock (100 ns).
/// </summary>
/// <remarks>
/// A provider counts an attempt somewhere between its departure and its answer. So every limit holds an amount in two phases: <see cref="Take"/> when the
/// attempt leaves, <see cref="Settle"/> when the answer proves that it has been counted. Whatever refills or expires does so from the later of the two, which
/// is why no delay on the way can compress the attempts of two windows into one. Where enough answers have told by how much ways differ, an attempt is counted
/// at once, for the latest that it can be: see <see cref="AnswerTimes"/>.
/// A limit that is younger than an attempt has not seen it leave: it is settled all the same, so that it counts from then on.
/// </remarks>
internal abstract class Limit(LimitSpec spec)
{
    /// <summary>No time is known: an attempt under way must end first.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Longer than anybody waits, and far enough from overflow to be added to.</summary>
    protected const long Far = long.MaxValue / 8;

    /// <summary>The quota's next limit; limits are few, and a list costs an array per quota.</summary>
    public Limit? Next { get; set; }

    public LimitSpec Spec { get; private set; } = spec;

    public LimitUnit Unit => Spec.Unit;

    /// <summary>What the user wrote, or the provider announced; what holds now may have been learned since.</summary>
    public virtual LimitSpec Declared => Spec;

    /// <summary>The largest amount that can ever fit.</summary>
    public virtual long Capacity => Spec.Amount;

    /// <summary>Units per tick that it allows in the long run.</summary>
    public virtual double Rate => Capacity / (double)Spec.Period.Ticks;

    /// <summary>What an attempt of <paramref name="cost"/> takes here.</summary>
    public virtual long AmountOf(in Cost cost) => cost.In(Unit);

    /// <summary>What <paramref name="load"/> waiting attempts take here together.</summary>
    public virtual long AmountOf(in Load load) => load.Cost.In(Unit);

    /// <summary>The earliest tick at which <paramref name="amount"/> fits: not after <paramref name="now"/> when it fits now, or <see cref="Never"/>.</summary>
    public abstract long FitsAt(long amount, long now);

    /// <summary>Holds an amount that fits.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="now">Now.</param>
    /// <param name="countedBy">When the provider will have counted it, as ways to it differ; <see cref="Never"/> when only the answer will tell.</param>
    public abstract void Take(long amount, long now, long countedBy);

    /// <summary>Gives back what never left the client.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="takenAt">When it was taken.</param>
    /// <param name="now">Now.</param>
    /// <param name="foreseen">It was taken with a time at which it would be counted.</param>
    public abstract void Return(long amount, long takenAt, long now, bool foreseen);

    /// <summary>The attempt has been answered or given up: the provider has counted <paramref name="actual"/>.</summary>
    /// <param name="reserved">The amount that was taken.</param>
    /// <param name="actual">The amount that was counted.</param>
    /// <param name="counting">When it was.</param>
    public abstract void Settle(long reserved, long actual, in Counting counting);

    /// <summary>The attempt's body has ended.</summary>
    public virtual void Release(long amount, long takenAt, long now)
    {
    }

    /// <summary>
    /// The tick at which the last unit of <paramref name="amount"/> can go if nobody else takes any: the place in the queue as a time. Unlike
    /// <see cref="FitsAt"/> the amount may exceed the capacity.
    /// </summary>
    /// <param name="amount">The amount, with all that goes before it.</param>
    /// <param name="now">Now.</param>
    /// <param name="lag">How long after its departure an attempt is usually taken as counted.</param>
    public abstract long Forecast(long amount, long now, long lag);

    /// <summary>The same for an attempt of <paramref name="amount"/> that comes after <paramref name="ahead"/>.</summary>
    public virtual long Forecast(long amount, long ahead, long now, long lag) => Forecast(amount + ahead, now, lag);

    /// <summary>For a limit that counts from anew at some instant: since and until when it counts, and what is left until then. Null for one that refills bit by bit.</summary>
    public virtual (long Since, long Until, long Left)? Window(long now) => null;

    /// <summary>What could go now.</summary>
    public abstract long Free(long now);

    /// <summary>When all of it will have been taken at this pace: <paramref name="now"/> when it has been, <see cref="Never"/> when it will not be.</summary>
    /// <param name="pace">Units per tick.</param>
    /// <param name="now">Now.</param>
    public long SpentAt(double pace, long now) =>
        !Spread.Suits(this) ? Never
        : Free(now) <= 0 ? now
        : pace > 0 ? SpendsAt(pace, now)
        : Never;

    /// <summary>The same while there is something left and something is taken.</summary>
    protected virtual long SpendsAt(double pace, long now) =>
        Window(now) is var (_, until, left) ? After(left / pace, now) is var at && at < until ? at : Never
        : pace > Rate ? After(Free(now) / (pace - Rate), now)
        : Never;

    private static long After(double ticks, long now) => ticks < Far ? now + (long)ticks : Far;

    /// <summary>When the whole capacity is there again if nothing is taken.</summary>
    public abstract long FullAt(long now);

    /// <summary>The limit as people read it.</summary>
    public override string ToString() => Spec.ToString();

    /// <summary>A new limit in its place would know as much.</summary>
    public virtual bool IsForgettable(long now) => FullAt(now) <= now;

    /// <summary>Changes the numbers of a limit of the same kind and unit and keeps what was used.</summary>
    public virtual void Adjust(LimitSpec changed, long now) => Spec = changed;

    /// <summary><paramref name="start"/> + <paramref name="rounds"/> × <paramref name="period"/>, not beyond <see cref="Far"/>.</summary>
    protected static long Later(long start, long rounds, long period) => rounds > (Far - start) / period ? Far : start + (rounds * period);

    public static Limit Create(LimitSpec spec, LedgerClock clock, long now)
    {
        Limit limit = spec.Kind switch
        {
            LimitKind.FixedWindow => new FixedWindow(spec, clock),
            LimitKind.TokenBucket => new TokenBucket(spec),
            LimitKind.MinInterval => new MinInterval(spec),
            LimitKind.Concurrency => new ConcurrencyLimit(spec, now),
            _ => new SlidingWindow(spec),
        };
        return spec.IsAdaptive ? new AdaptiveLimit(limit, spec, now) : limit;
    }
}
