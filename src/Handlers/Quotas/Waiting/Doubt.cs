namespace Handlers.Quotas;

/// <summary>
/// How far a forecast may be off: nobody is let into the queue who would hardly make it, and nobody is sent away from it who still might. It may be wrong by a
/// part of itself, and by more where it depends on what others will ask for.
/// </summary>
internal static class Doubt
{
    private const int Part = 32;
    private const int PartAmongOthers = 6;

    // Others come at random, and n of them in a wait stray by the root of n: few make a wait less certain than many. So many standard deviations have to fit.
    // Where it is a matter of a few, a third of the wait is the most: their turn comes by the fair order rather than by chance.
    private const double Deviations = 2;
    private const int FewestAhead = 36;

    /// <summary>For one who waits.</summary>
    public static long Of(long wait, CallPriority priority, string? tenant) => wait / (DependsOnOthers(priority, tenant) ? PartAmongOthers : Part);

    /// <summary>For one who would come last; nobody else makes a wait uncertain that it would have alone.</summary>
    /// <remarks>A rate that refusals have taught, or nobody has met yet, is felt out: it is as often too low as too high, and whoever is turned away for it teaches nothing.</remarks>
    /// <param name="prospect">What is expected.</param>
    /// <param name="alone">When it would go if nobody were ahead.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="now">Now.</param>
    public static long OfNewcomer(in Prospect prospect, long alone, CallPriority priority, string? tenant, long now)
    {
        long usual = Of(prospect.At - now, priority, tenant);
        return DependsOnOthers(priority, tenant) && prospect.At > alone && prospect.Limit is not LearnedRate
            ? Math.Max(usual, (long)((prospect.At - alone) * Deviations / Math.Sqrt(Math.Max(FewestAhead, prospect.Ahead))))
            : usual;
    }

    private static bool DependsOnOthers(CallPriority priority, string? tenant) => priority == CallPriority.Background || tenant is not null;
}
