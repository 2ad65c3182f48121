namespace Worker;

/// <summary>What came of one attempt.</summary>
/// <param name="State"><see cref="JobState.Waiting"/>: it may be tried again.</param>
/// <param name="Why">In a sentence.</param>
/// <param name="RetryAt">When trying again makes sense; null where nobody said.</param>
internal readonly record struct JobResult(JobState State, string Why, DateTimeOffset? RetryAt = null);
