using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>
/// How long an answer stays fresh and how old it was when it came (RFC 9111 §4.2). Whole seconds where the wire has whole seconds, so that the fraction a
/// <c>Date</c> leaves out does not count as age.
/// </summary>
/// <param name="Lifetime">Seconds. Zero: stale from the start.</param>
/// <param name="IsExplicit">The server said so; otherwise it is our estimate, or nothing is known.</param>
internal readonly record struct Freshness(long Lifetime, bool IsExplicit)
{
    /// <summary>§4.2.2: a tenth of the time since the last change, as the RFC suggests, and never more than a day.</summary>
    private const int HeuristicShare = 10;
    private const long LongestHeuristic = 24 * 60 * 60;

    public static Freshness Unknown { get; }

    /// <summary>§4.2.1. The first that is there counts: max-age, Expires, and only without either a heuristic.</summary>
    /// <param name="head">The response.</param>
    /// <param name="received">When it came.</param>
    /// <param name="heuristics">Whether an estimate is allowed.</param>
    public static Freshness Of(in ResponseHead head, DateTimeOffset received, bool heuristics)
    {
        if (head.Directives.MaxAge != DeltaSeconds.None)
        {
            return new Freshness(head.Directives.MaxAge, IsExplicit: true);
        }

        DateTimeOffset date = HttpDate.TryParse(head.Date, received, out DateTimeOffset parsed) ? parsed : received;
        if (!head.Expires.IsEmpty)
        {
            return new Freshness(UntilExpiry(head.Expires, date, received), IsExplicit: true);
        }

        return heuristics && (StatusCodes.IsHeuristicallyCacheable(head.Status) || head.Directives.Public)
            && HttpDate.TryParse(head.LastModified, received, out DateTimeOffset changed) && changed < date
            ? new Freshness(Math.Min(Seconds(date - changed) / HeuristicShare, LongestHeuristic), IsExplicit: false)
            : Unknown;
    }

    /// <summary>§4.2.3: the age at the moment the answer was received.</summary>
    /// <param name="age">The Age field, or null.</param>
    /// <param name="date">The Date field, or null.</param>
    /// <param name="received">When the answer came.</param>
    /// <param name="delay">How long it took from the request to the answer.</param>
    public static TimeSpan InitialAge(string? age, string? date, DateTimeOffset received, TimeSpan delay)
    {
        long apparent = HttpDate.TryParse(date, received, out DateTimeOffset parsed) ? Math.Max(0, Seconds(received - parsed)) : 0;
        TimeSpan corrected = TimeSpan.FromSeconds(ParseAge(age)) + delay;
        TimeSpan apparentAge = TimeSpan.FromSeconds(apparent);
        return corrected > apparentAge ? corrected : apparentAge;
    }

    /// <summary>§5.1: of a list the first member; what is no number of seconds is ignored.</summary>
    private static long ParseAge(ReadOnlySpan<char> age)
    {
        int comma = age.IndexOf(',');
        return DeltaSeconds.TryParse(HeaderLines.Trim(comma < 0 ? age : age[..comma]), out long seconds) ? seconds : 0;
    }

    /// <summary>§5.3: what does not parse, such as "0", is in the past; so is what contradicts itself.</summary>
    private static long UntilExpiry(FieldLines expires, DateTimeOffset date, DateTimeOffset received) =>
        HttpDate.TryParse(expires.Single, received, out DateTimeOffset end)
            ? Math.Clamp(Seconds(end - date), 0, DeltaSeconds.Max)
            : 0;

    private static long Seconds(TimeSpan span) => (long)Math.Floor(span.TotalSeconds);
}
