namespace Handlers.Quotas;

/// <summary>
/// Whether refusals have to do with the pace. A limit that was just met is not met again below it, nor after half as many attempts as usual; where that happens
/// time and again, a server refuses at random, or somebody else spends the same quota. To slow down further would cost calls and spare no refusal.
/// </summary>
internal sealed class SlowingEffect
{
    // What is measured is off by a few percent, and neighbours vary.
    private const double Below = 0.93;
    private const double Soon = 1.0 / 2;

    // After fewer than these it is a quota used up, by all that can be known.
    private const long Few = 8;
    private const double FewestPoints = 4;
    private const double MostPoints = 12;
    private const double Reassurance = 1.0 / 3;

    // Chance hardly ever brings six that are so much alike; a limit that is run into brings them at once.
    private const int Alike = 6;
    private const double AlikeWithin = 1.5;

    private const double Often = 1.0 / 4;
    private const double Weight = 1.0 / 4;

    private double _doubt;
    private double _enough = FewestPoints;
    private double _usual;
    private double _recent;
    private int _alike;
    private long _least;
    private long _most;

    /// <summary>The pace is not what they are about.</summary>
    public bool IsNone { get; private set; }

    /// <summary>A refusal at a rate, when another had been found; the one before had come after so many attempts.</summary>
    public void Refused(double rate, double found, long accepted)
    {
        bool isOdd = rate < Below * found || accepted < Soon * _usual;
        _usual = Average(_usual, accepted);
        if (accepted >= Few)
        {
            _doubt = isOdd ? _doubt + 1 : Math.Max(0, _doubt - Reassurance);
        }

        IsNone = _doubt >= _enough;
        _recent = _usual;
        _alike = 0;
    }

    /// <summary>The same while the pace seems to be of no account: unless they come much more often since nobody slows down for them, or as regularly as a limit is met.</summary>
    public void Refused(long accepted)
    {
        _recent = Average(_recent, accepted);
        if (_recent < Math.Max(Often * _usual, Few / 2) || IsRegular(accepted))
        {
            // Wrongly judged, or no longer so: the next time it takes more to think so.
            IsNone = false;
            _doubt = 0;
            _enough = Math.Min(2 * _enough, MostPoints);
        }
    }

    private bool IsRegular(long accepted)
    {
        _least = _alike == 0 ? accepted : Math.Min(_least, accepted);
        _most = _alike == 0 ? accepted : Math.Max(_most, accepted);
        if (_most > AlikeWithin * _least)
        {
            _alike = 0;
            _least = _most = accepted;
        }

        return ++_alike >= Alike;
    }

    private static double Average(double before, long accepted) => before == 0 ? accepted : before + ((accepted - before) * Weight);
}
