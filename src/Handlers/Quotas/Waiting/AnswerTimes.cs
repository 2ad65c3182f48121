namespace Handlers.Quotas;

/// <summary>How long an account's attempts take to be answered, and how much longer the way of one may be than another's. Ticks; guarded by the account's lock.</summary>
/// <remarks>
/// A provider counts arrivals, and nobody tells us when those are. An answer bounds it: its attempt can't have been on the way longer, compared with any other,
/// than it took longer than the fastest one, because what made the fastest one fast was in it, too. So the spread of answer times bounds the spread of the ways
/// there, which is all that limits have to allow for. See docs/decisions/counted-at-the-latest.md.
/// </remarks>
internal struct AnswerTimes
{
    /// <summary>So many answers must have been seen before their spread is relied upon.</summary>
    public const int Enough = 32;

    // The fastest and the slowest are forgotten over about a thousand, and about a hundred answers.
    private const float KeepFastest = 1f / 1024;
    private const float KeepSlowest = 1f / 128;

    private float _mean;
    private float _deviation;
    private float _fastest;
    private float _spread;
    private int _count;

    /// <summary>How long an answer may be expected to take; 0 while nothing is known.</summary>
    public readonly long Usual => (long)(_mean + _deviation);

    /// <summary>By how much the ways to the provider differ at most; <see cref="Limit.Never"/> while that is not known, or no better than waiting for the answer.</summary>
    public readonly long Spread => _count >= Enough && _spread < _mean ? (long)_spread : Limit.Never;

    /// <summary>How long after its departure an attempt is usually taken as counted.</summary>
    public readonly long Lag => Spread is var spread && spread != Limit.Never ? spread : Usual;

    public void Learn(long time)
    {
        if (_count == 0)
        {
            _mean = _fastest = time;
        }

        _count = Math.Min(_count + 1, Enough);
        float off = time - _mean;
        _mean += off / 8;
        _deviation += (Math.Abs(off) - _deviation) / 8;
        _fastest = time < _fastest ? time : _fastest + ((time - _fastest) * KeepFastest);
        _spread = Math.Max(time - _fastest, _spread * (1 - KeepSlowest));
    }

    /// <summary>When an attempt was counted over there, as its end tells.</summary>
    /// <param name="grant">What it holds.</param>
    /// <param name="kind">How it ended.</param>
    /// <param name="now">When it ended.</param>
    public readonly Counting CountingOf(in Grant grant, VerdictKind kind, long now)
    {
        long time = now - grant.At;
        long spread = Spread;
        if (spread != Limit.Never)
        {
            long excess = Excess(time);
            return new Counting(grant.At, now, grant.At + Math.Min(time, grant.IsForeseen ? excess : spread), grant.IsForeseen, grant.IsForeseen && excess > spread);
        }

        // What was given up may still arrive: not before others would have been answered can it be taken as counted.
        long by = kind is VerdictKind.Ok or VerdictKind.RateLimited or VerdictKind.QuotaExhausted ? now : Math.Max(now, grant.At + Usual);
        return new Counting(grant.At, now, by, grant.IsForeseen, IsLate: grant.IsForeseen);
    }

    /// <summary>How much later than the fastest one an attempt may have been counted that took so long.</summary>
    public readonly long Excess(long time) => Math.Max(0, (long)(time - _fastest));
}
