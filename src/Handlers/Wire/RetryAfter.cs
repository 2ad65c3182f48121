using System.Net.Http.Headers;

namespace Handlers.Wire;

/// <summary>
/// Retry-After (RFC 9110 §10.2.3) and <c>retry-after-ms</c>. By the RFC delay-seconds is a run of digits. A fraction such as <c>1.5</c> is accepted as
/// well, because servers send it and OpenAI's and Anthropic's clients honour it; a sign, a list or a word is not.
/// </summary>
internal static class RetryAfter
{
    /// <param name="lines">All lines of the field.</param>
    /// <param name="serverNow">The server's clock, which an HTTP-date is relative to.</param>
    /// <param name="wait">From zero (also for a date that is over) to <see cref="WireDuration.Longest"/>.</param>
    public static bool TryParse(HeaderStringValues lines, DateTimeOffset serverNow, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return HeaderLines.TryGetSingle(lines, out string? value) && TryParse(value, serverNow, out wait);
    }

    /// <summary>The same for a field of one line.</summary>
    public static bool TryParse(ReadOnlySpan<char> raw, DateTimeOffset serverNow, out TimeSpan wait)
    {
        if (WireDuration.TryParseSeconds(raw, out wait))
        {
            return true;
        }

        bool isDate = HttpDate.TryParse(raw, serverNow, out DateTimeOffset until);
        wait = isDate ? Until(until, serverNow) : TimeSpan.Zero;
        return isDate;
    }

    /// <summary>The value of <c>retry-after-ms</c>: milliseconds, at will with a fraction.</summary>
    public static bool TryParseMilliseconds(HeaderStringValues lines, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return HeaderLines.TryGetSingle(lines, out string? value) && WireDuration.TryParseMilliseconds(value, out wait);
    }

    /// <summary>The wait from <paramref name="serverNow"/> to an instant the same server named: never negative, at most <see cref="WireDuration.Longest"/>.</summary>
    public static TimeSpan Until(DateTimeOffset instant, DateTimeOffset serverNow)
    {
        TimeSpan wait = instant - serverNow;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > WireDuration.Longest ? WireDuration.Longest : wait;
    }
}
