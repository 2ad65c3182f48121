using System.Globalization;
using System.Text;

namespace Handlers.ResponseCaching;

/// <summary>
/// Our member of Cache-Status (RFC 9211): what the cache did with a request. Written in the canonical form of structured fields; the forms of an ordinary miss are
/// ready-made.
/// </summary>
internal static class CacheStatusField
{
    public const string Name = "Cache-Status";

    /// <summary>The cache's name in the field.</summary>
    public const string Cache = "Handlers";

    private static readonly string[] Plain = [.. Enum.GetValues<Forward>().Select(static why => Make(why, "", default, null))];
    private static readonly string[] Stored = [.. Enum.GetValues<Forward>().Select(static why => Make(why, ";stored", default, null))];
    // A power of two. In one second most hits say the same.
    private const int Ready = 256;

    private static readonly PlainHit?[] Hits = new PlainHit?[Ready];
    private static readonly string[] Collapsed = [.. Enum.GetValues<Forward>().Select(static why => Make(why, ";collapsed", default, null))];

    /// <summary>Answered from the store.</summary>
    /// <param name="ttl">The lifetime left.</param>
    public static string Hit(TimeSpan ttl)
    {
        long seconds = Seconds(ttl);
        ref PlainHit? slot = ref Hits[seconds & (Ready - 1)];
        PlainHit? ready = Volatile.Read(ref slot);
        if (ready is null || ready.Seconds != seconds)
        {
            ready = new PlainHit(seconds, string.Create(CultureInfo.InvariantCulture, $"{Cache};hit;ttl={seconds}"));
            Volatile.Write(ref slot, ready);
        }

        return ready.Field;
    }

    /// <summary>Answered from the store, although it is stale.</summary>
    /// <param name="ttl">The lifetime left, negative when stale.</param>
    /// <param name="detail">A token that says more.</param>
    public static string Hit(TimeSpan ttl, string detail) =>
        string.Create(CultureInfo.InvariantCulture, $"{Cache};hit;ttl={Seconds(ttl)};detail={detail}");

    /// <summary>Answered from the store after another request for the same was waited for.</summary>
    public static string Shared(TimeSpan ttl) =>
        string.Create(CultureInfo.InvariantCulture, $"{Cache};fwd=miss;collapsed;ttl={Seconds(ttl)}");

    /// <summary>Answered by the server.</summary>
    public static string Forwarded(Forward why, bool stored) => (stored ? Stored : Plain)[(int)why];

    /// <summary>Answered by the server after a wait for another request, which did not help.</summary>
    public static string ForwardedAlone(Forward why) => Collapsed[(int)why];

    /// <summary>Answered by the server, with more to say.</summary>
    public static string Forwarded(Forward why, string detail) => Make(why, "", null, detail);

    /// <summary>Answered from the store after the server was asked.</summary>
    /// <param name="why">Why it was asked.</param>
    /// <param name="status">What it said; null when no answer came.</param>
    /// <param name="ttl">The lifetime left, negative when stale.</param>
    /// <param name="detail">A token that says more, or null.</param>
    public static string Revalidated(Forward why, int? status, TimeSpan ttl, string? detail) =>
        Make(why, string.Create(CultureInfo.InvariantCulture, $";ttl={Seconds(ttl)}"), status, detail);

    /// <summary>Neither from the store nor forwarded.</summary>
    public static string Refused(string detail) => $"{Cache};detail={detail}";

    private static long Seconds(TimeSpan ttl) => (long)Math.Floor(ttl.TotalSeconds);

    private static string Make(Forward why, string parameters, int? status, string? detail)
    {
        var field = new StringBuilder(Cache).Append(";fwd=").Append(why switch
        {
            Forward.Bypass => "bypass",
            Forward.Method => "method",
            Forward.Miss => "uri-miss",
            Forward.VaryMiss => "vary-miss",
            Forward.Request => "request",
            _ => "stale",
        });
        if (status is { } code)
        {
            field.Append(CultureInfo.InvariantCulture, $";fwd-status={code}");
        }

        field.Append(parameters);
        return (detail is null ? field : field.Append(";detail=").Append(detail)).ToString();
    }

    private sealed record PlainHit(long Seconds, string Field);
}
