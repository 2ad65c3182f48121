namespace Worker;

/// <summary>What happens to a job after an attempt; a pure function, so that it can be tested without a queue, a network or time.</summary>
internal static class JobRules
{
    public const int MaxAttempts = 5;

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(16);

    public static Job After(Job job, JobResult result, DateTimeOffset now)
    {
        Job tried = job with { Attempts = job.Attempts + 1, Why = result.Why, State = result.State };
        if (result.State != JobState.Waiting)
        {
            return tried;
        }

        return tried.Attempts < MaxAttempts
            ? tried with { DueAt = result.RetryAt ?? now + Backoff(tried.Attempts) }
            : tried with { State = JobState.Failed };
    }

    /// <summary>1 s, doubling up to 16 s.</summary>
    public static TimeSpan Backoff(int failures) =>
        failures > 5 ? LongestBackoff : TimeSpan.FromSeconds(1 << (failures - 1));
}
