using System.Globalization;

namespace Handlers.Testing;

/// <summary>What came of a <see cref="Load"/>: the calls as their callers saw them, the sends as the twin counted them.</summary>
public sealed class LoadResult
{
    private static readonly TimeSpan DeadlineGrace = TimeSpan.FromMilliseconds(50);

    internal LoadResult(IReadOnlyList<LoadOutcome> outcomes, ProviderTwin twin, LoadOptimum optimum)
    {
        Outcomes = outcomes;
        Ok = outcomes.Count(static outcome => outcome.Ok);
        Makespan = outcomes.Count == 0 ? TimeSpan.Zero : outcomes.Max(static outcome => outcome.Ended);
        Overdue = outcomes.Count(static outcome => outcome.Took > outcome.Call.Deadline + DeadlineGrace);
        Sends = twin.Arrived;
        Refused = twin.Refused;
        Early = twin.Early;
        DuplicateWrites = twin.DuplicateWrites;
        Optimum = optimum;
    }

    /// <summary>Every call, in the order in which they were made.</summary>
    public IReadOnlyList<LoadOutcome> Outcomes { get; }

    /// <summary>Calls that succeeded within their deadlines.</summary>
    public int Ok { get; }

    /// <summary>Requests that reached the provider.</summary>
    public int Sends { get; }

    /// <summary>Requests that were over a limit of the provider's.</summary>
    public int Refused { get; }

    /// <summary>Requests that came before the instant a refusal had named.</summary>
    public int Early { get; }

    /// <summary>Writes that were executed a second time.</summary>
    public int DuplicateWrites { get; }

    /// <summary>Calls that were alive more than 50 ms after their deadline.</summary>
    public int Overdue { get; }

    /// <summary>From the load's start to the end of its last call.</summary>
    public TimeSpan Makespan { get; }

    /// <summary>What was possible.</summary>
    public LoadOptimum Optimum { get; }

    /// <summary>The makespan as a multiple of the optimum's; null when not all calls succeeded that could.</summary>
    public double? MakespanRatio => Ok < Optimum.Ok || Optimum.Makespan <= TimeSpan.Zero ? null : Makespan / Optimum.Makespan;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Ok} of {Outcomes.Count} calls ok (possible: {Optimum.Ok}), {Sends} sends, {Refused} refused, {Early} early, {Makespan.TotalSeconds:0.###} s (possible: {Optimum.Makespan.TotalSeconds:0.###} s)");
}
