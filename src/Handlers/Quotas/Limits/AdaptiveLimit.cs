namespace Handlers.Quotas;

/// <summary>
/// A limit of any kind whose amount is learned. It stands around the one that counts: most limits are fixed, and pay nothing for those that are not.
/// </summary>
internal sealed class AdaptiveLimit : Limit
{
    private readonly Limit _counted;
    private readonly Adaptation _adaptation;

    /// <summary>Makes a limit that is fixed by now an adaptive one.</summary>
    /// <param name="counted">The limit that counts what is used.</param>
    /// <param name="spec">What the user wrote.</param>
    /// <param name="now">Now.</param>
    public AdaptiveLimit(Limit counted, LimitSpec spec, long now)
        : base(counted.Spec)
    {
        _counted = counted;
        _adaptation = new Adaptation(spec, now);
    }

    public override LimitSpec Declared => _adaptation.Declared;

    public override long Capacity => _counted.Capacity;

    public override double Rate => _counted.Rate;

    /// <summary>Takes over another declaration of the same kind and unit: what was used stays used, and what was learned is kept within the new bounds.</summary>
    public static Limit Declare(Limit old, LimitSpec spec, long now)
    {
        Limit counted = old is AdaptiveLimit { _counted: { } inside } ? inside : old;
        counted.Adjust(spec.IsAdaptive && old is AdaptiveLimit ? spec.Of(Math.Clamp(old.Spec.Amount, spec.AdaptiveMin, spec.AdaptiveMax)) : spec, now);
        return spec.IsAdaptive ? new AdaptiveLimit(counted, spec, now) : counted;
    }

    /// <summary>An attempt was answered, or given up.</summary>
    public void Answered(long amount, in Verdict verdict, in Counting counting)
    {
        LimitSpec learned = _adaptation.Answered(Spec, amount, verdict, counting);
        if (!ReferenceEquals(learned, Spec))
        {
            Adjust(learned, counting.EndedAt);
        }
    }

    public override long FitsAt(long amount, long now) => _counted.FitsAt(amount, now);

    public override void Take(long amount, long now, long countedBy) => _counted.Take(amount, now, countedBy);

    public override void Return(long amount, long takenAt, long now, bool foreseen) => _counted.Return(amount, takenAt, now, foreseen);

    public override void Settle(long reserved, long actual, in Counting counting) => _counted.Settle(reserved, actual, counting);

    public override long Forecast(long amount, long now, long lag) => _counted.Forecast(amount, now, lag);

    public override (long Since, long Until, long Left)? Window(long now) => _counted.Window(now);

    public override long Free(long now) => _counted.Free(now);

    public override long FullAt(long now) => _counted.FullAt(now);

    public override bool IsForgettable(long now) => base.IsForgettable(now) && _adaptation.IsForgettable(Spec, now);

    public override void Adjust(LimitSpec changed, long now)
    {
        base.Adjust(changed, now);
        _counted.Adjust(changed, now);
    }
}
