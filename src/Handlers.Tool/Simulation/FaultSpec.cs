using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>A fault of the twin, by the names of <see cref="TwinFaultKind"/>.</summary>
internal sealed record FaultSpec(TwinFaultKind Kind, TimeSpan From, TimeSpan Until, double Probability, TimeSpan? RetryAfter, TimeSpan Delay)
{
    /// <summary>Whether everything fails while it lasts.</summary>
    public bool IsOutage => Kind == TwinFaultKind.Outage && Probability >= 1;

    public static FaultSpec Read(SpecObject spec)
    {
        var fault = new FaultSpec(
            spec.Choice("kind", TwinFaultKind.Outage),
            spec.Duration("from", TimeSpan.Zero),
            spec.Duration("until", TimeSpan.MaxValue),
            spec.Number("probability", 1, 0, 1),
            spec.DurationOrNull("retryAfter"),
            spec.Duration("delay", TimeSpan.FromSeconds(1)));
        if (!spec.Has("kind"))
        {
            spec.Report("kind", "missing; write \"outage\" or \"unavailable\", for example");
        }

        if (fault.Until <= fault.From)
        {
            spec.Report("until", "a fault ends after it begins; write an instant after \"from\"");
        }

        spec.Finish();
        return fault;
    }

    public TwinFault ToFault() => new(Kind) { From = From, Until = Until, Probability = Probability, RetryAfter = RetryAfter, Delay = Delay };
}
