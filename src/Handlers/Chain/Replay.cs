namespace Handlers;

/// <summary>Rule 5: whether repeating a call changes nothing more, when nobody knows if an attempt was executed.</summary>
internal static class Replay
{
    /// <summary>By the caller's word, the user's list, the provider's table, an honoured key, or the method.</summary>
    public static bool IsSafe(ClientPolicy policy, Call call)
    {
        ReplaySafety said = call.Options?.Replay ?? ReplaySafety.ByMethod;
        if (said == ReplaySafety.ByMethod)
        {
            said = policy.ReplaySafe?.Matches(call.Original.Method, call.Original.Uri!) == true ? ReplaySafety.Safe : call.Plan.Replay;
        }

        return said switch
        {
            ReplaySafety.Safe => true,
            _ when call.Key is { IsHonoured: true } => true,
            _ when call.Plan.IdempotencyHeader is { } header && call.Request.Headers.NonValidated.Contains(header) => true,
            ReplaySafety.Unsafe => false,
            _ => IsIdempotent(call.Original.Method),
        };
    }

    /// <summary>RFC 9110 §9.2.1: it asks for nothing to be done (RFC 4918, RFC 3253, RFC 5323, the QUERY draft). Of a method that nobody knows nobody knows that.</summary>
    public static bool IsRead(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options || method == HttpMethod.Trace
        || method.Method is "QUERY" or "PROPFIND" or "REPORT" or "SEARCH";

    // RFC 9110 §9.2.2.
    private static bool IsIdempotent(HttpMethod method) => IsRead(method) || method == HttpMethod.Put || method == HttpMethod.Delete;
}
