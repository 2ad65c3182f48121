namespace Handlers.CircuitBreaker;

/// <summary>
/// The share of attempts that usually fails, whatever the load: what a circuit must not take for an outage, nor its ramp for a rate that is too high. Guarded by the
/// circuit's lock.
/// </summary>
/// <remarks>
/// Where half of all attempts fail at random, ten in a row come every two thousand attempts; where three in ten do, every two hundred thousand. So a run of failures
/// speaks of an outage when the usual share makes it a rarity of one in a hundred thousand: ten at a share of 0.3, seventeen at 0.5.
/// </remarks>
internal sealed class UsualFailures
{
    // So many results are remembered, and fewer than so many tell no share.
    private const double Memory = 200;
    private const double Enough = 100;

    // Where more fails, the upstream is as good as down, however usual that is.
    private const double Most = 0.8;
    private const double Rarity = 1e-5;

    private double _failed;
    private double _results;

    /// <summary>From 0 to 1; 0 while nothing is known.</summary>
    public double Share => _failed / Math.Max(1, _results);

    public void Learn(double failed, double results)
    {
        double keep = Math.Min(1, Memory / Math.Max(1, _results));
        _failed = (_failed * keep) + failed;
        _results = (_results * keep) + results;
    }

    /// <summary>Whether so many failures in a row come by chance where so many fail anyway.</summary>
    public bool Explains(int inARow) => _results >= Enough && Math.Pow(Math.Min(Share, Most), inARow) >= Rarity;
}
