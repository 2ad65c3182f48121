namespace Handlers.ResponseCaching;

/// <summary>Whether a stored answer may be used for a request, and under which condition (RFC 9111 §4.2.4, §5.2, RFC 5861, RFC 8246).</summary>
internal static class ReusePolicy
{
    public static Reuse Decide(in ReuseFacts facts)
    {
        RequestDirectives asked = facts.Request;
        ResponseDirectives said = facts.Response;
        if (!asked.NoCache && !said.NoCache)
        {
            if (IsFreshEnough(facts))
            {
                return Reuse.Fresh;
            }

            if (!said.MustRevalidate && IsStaleEnoughAllowed(facts))
            {
                return Reuse.StaleByRequest;
            }

            if (!said.MustRevalidate && facts.StaleWhileRevalidate && SuitsMaxAge(facts) && asked.MinFresh == DeltaSeconds.None
                && said.StaleWhileRevalidate > 0 && IsWithin(facts.Age, facts.Lifetime, said.StaleWhileRevalidate))
            {
                return Reuse.WhileRevalidating;
            }
        }

        return asked.OnlyIfCached ? Reuse.Unavailable : Reuse.AfterValidation;
    }

    /// <summary>
    /// Whether the answer may be used when the server can't be reached or fails. The request's own window counts before the response's, and that before ours: a
    /// server that allows a second does not mean five minutes.
    /// </summary>
    /// <param name="facts">The answer and the request.</param>
    /// <param name="usual">The window where neither names one; zero for none.</param>
    /// <param name="unlimited">The server is out of reach and the user prefers any answer to none.</param>
    public static bool MayServeOnError(in ReuseFacts facts, TimeSpan usual, bool unlimited)
    {
        ResponseDirectives said = facts.Response;
        RequestDirectives asked = facts.Request;
        if (said.NoCache || said.MustRevalidate || asked.NoCache || facts.Status >= 500)
        {
            return false;
        }

        if (asked.StaleIfError != DeltaSeconds.None)
        {
            return unlimited || IsWithin(facts.Age, facts.Lifetime, asked.StaleIfError);
        }

        if (!SuitsMaxAge(facts))
        {
            return false;
        }

        return unlimited || (said.StaleIfError != DeltaSeconds.None
            ? IsWithin(facts.Age, facts.Lifetime, said.StaleIfError)
            : facts.Age <= TimeSpan.FromSeconds(facts.Lifetime) + usual && usual > TimeSpan.Zero);
    }

    private static bool IsFreshEnough(in ReuseFacts facts)
    {
        TimeSpan left = TimeSpan.FromSeconds(facts.Lifetime) - facts.Age;
        return left > TimeSpan.Zero && left >= TimeSpan.FromSeconds(Math.Max(0, facts.Request.MinFresh)) && SuitsMaxAge(facts);
    }

    /// <summary>A reload (max-age=0) of what is immutable is answered while it is fresh (RFC 8246 §2).</summary>
    private static bool SuitsMaxAge(in ReuseFacts facts) =>
        facts.Request.MaxAge == DeltaSeconds.None
        || facts.Age <= TimeSpan.FromSeconds(facts.Request.MaxAge)
        || (facts.Request.MaxAge == 0 && facts.Response.Immutable && facts.Age < TimeSpan.FromSeconds(facts.Lifetime));

    /// <summary>max-stale counts from the end of the shorter of the two lifetimes: the server's and the one the request wishes for.</summary>
    private static bool IsStaleEnoughAllowed(in ReuseFacts facts)
    {
        RequestDirectives asked = facts.Request;
        if (asked.MaxStale == DeltaSeconds.None)
        {
            return false;
        }

        long lifetime = DeltaSeconds.Smaller(facts.Lifetime, asked.MaxAge);
        return asked.MaxStale == RequestDirectives.AnyAge || IsWithin(facts.Age + TimeSpan.FromSeconds(Math.Max(0, asked.MinFresh)), lifetime, asked.MaxStale);
    }

    private static bool IsWithin(TimeSpan age, long lifetime, long window) => age <= TimeSpan.FromSeconds(lifetime) + TimeSpan.FromSeconds(window);
}
