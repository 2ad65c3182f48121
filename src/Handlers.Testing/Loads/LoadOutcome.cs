namespace Handlers.Testing;

/// <summary>How one call of a <see cref="Load"/> ended.</summary>
/// <param name="Call">The call.</param>
/// <param name="Started">When it was made, since the load's start.</param>
/// <param name="Ended">When it had its answer with its body, or its failure.</param>
/// <param name="Ok">It succeeded, and within its deadline.</param>
/// <param name="Status">The status of its answer; null when there was none.</param>
/// <param name="Failure">What was thrown; null when there was an answer.</param>
public sealed record LoadOutcome(LoadCall Call, TimeSpan Started, TimeSpan Ended, bool Ok, int? Status, Exception? Failure)
{
    /// <summary>How long the call took.</summary>
    public TimeSpan Took => Ended - Started;
}
