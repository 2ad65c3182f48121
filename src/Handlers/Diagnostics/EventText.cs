using System.Globalization;

namespace Handlers;

/// <summary>The sentences of events, for the person who waits.</summary>
internal static class EventText
{
    public const string RateLimit = "rate_limit";
    public const string General = "general";
    public const string Unexpected = "unexpected";

    /// <summary>A retry is about to be made.</summary>
    /// <param name="refused">The provider refused, rather than failed.</param>
    /// <param name="delay">How long until then.</param>
    /// <param name="attempt">The retry, from 1.</param>
    /// <param name="maxRetries">How many there may be.</param>
    public static string Retrying(bool refused, TimeSpan delay, int attempt, int maxRetries) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(refused ? "Rate limit reached." : "The service did not answer.")} Retrying in {Seconds(delay)} seconds... (Attempt {attempt}/{maxRetries})");

    public static string RetriesUsed(int maxRetries) => string.Create(
        CultureInfo.InvariantCulture,
        $"Maximum retries exceeded ({maxRetries} attempts). The service is experiencing high load. Please try again in a few moments.");

    public static string Error(string message) => $"An error occurred: {message}";

    public static string Queued(bool atGate, TimeSpan? delay, int position) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(atGate ? "Rate limit reached." : "Waiting for the rate limit.")} {(delay is { } span ? $"Sending in {Seconds(span)} seconds..." : "Sending as soon as there is room...")} (Position {position})");

    /// <summary>Rounded up: whoever counts down must not reach zero before the thing happens.</summary>
    private static long Seconds(TimeSpan span) => span <= TimeSpan.Zero ? 0 : (long)Math.Ceiling(span.TotalSeconds);
}
