namespace Handlers;

/// <summary>Reads our member of Cache-Status (RFC 9211), which says it all; an ordinary miss and a plain hit are known by one letter.</summary>
internal static class CacheResults
{
    private const string Cache = "Handlers;";
    private const string Forwarded = "fwd=";

    public static CacheResult Of(string? field)
    {
        if (field is null || field.Length <= Cache.Length + Forwarded.Length || !field.StartsWith(Cache, StringComparison.Ordinal))
        {
            return CacheResult.None;
        }

        ReadOnlySpan<char> status = field.AsSpan(Cache.Length);
        if (status.StartsWith("hit", StringComparison.Ordinal))
        {
            return status.Contains(";detail=", StringComparison.Ordinal) ? CacheResult.Stale : CacheResult.Hit;
        }

        if (!status.StartsWith(Forwarded, StringComparison.Ordinal))
        {
            return CacheResult.None;
        }

        return status[Forwarded.Length] switch
        {
            'b' => CacheResult.None,
            'm' => status.Contains(";collapsed", StringComparison.Ordinal) ? CacheResult.Shared : CacheResult.None,
            's' or 'r' when status.Contains(";fwd-status=304", StringComparison.Ordinal) && !IsStale(status) => CacheResult.Revalidated,
            's' or 'r' when IsStale(status) => CacheResult.Stale,
            _ => CacheResult.Miss,
        };
    }

    public static string NameOf(CacheResult result) => result switch
    {
        CacheResult.Hit => "hit",
        CacheResult.Stale => "stale",
        CacheResult.Shared => "shared",
        CacheResult.Revalidated => "revalidated",
        _ => "miss",
    };

    private static bool IsStale(ReadOnlySpan<char> status) => status.Contains(";detail=stale-if-error", StringComparison.Ordinal);
}
