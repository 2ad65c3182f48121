namespace Handlers.ResponseCaching;

/// <summary>How long a stored answer can be of any use.</summary>
internal static class Retention
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    public static TimeSpan Of(StoredResponses responses, ResponseCachingOptions options)
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (StoredResponse variant in responses.Variants)
        {
            TimeSpan useful = Of(variant, options);
            longest = useful > longest ? useful : longest;
        }

        return longest;
    }

    /// <summary>As long as it is fresh, then as long as it may be served stale or confirmed.</summary>
    private static TimeSpan Of(StoredResponse variant, ResponseCachingOptions options)
    {
        long stale = Math.Max(variant.Directives.StaleWhileRevalidate, Math.Max(variant.Directives.StaleIfError, (long)options.StaleIfError.TotalSeconds));
        if (variant.HasValidator || options.StaleOnDisconnect)
        {
            stale = Math.Max(stale, (long)options.KeepForValidation.TotalSeconds);
        }

        TimeSpan fresh = TimeSpan.FromSeconds(variant.Freshness.Lifetime) - variant.InitialAge;
        TimeSpan useful = (fresh > TimeSpan.Zero ? fresh : TimeSpan.Zero) + TimeSpan.FromSeconds(stale);
        return useful > Longest ? Longest : useful < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : useful;
    }
}
