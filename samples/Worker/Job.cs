namespace Worker;

/// <summary>A comment to write. The count of its attempts travels with it, into the queue and out again.</summary>
/// <param name="Issue">Where: <c>owner/repo/issues/1</c>.</param>
/// <param name="Text">What.</param>
internal sealed record Job(string Issue, string Text)
{
    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>Not before then.</summary>
    public DateTimeOffset DueAt { get; init; }

    public JobState State { get; init; }

    /// <summary>What came of the last attempt.</summary>
    public string? Why { get; init; }
}
