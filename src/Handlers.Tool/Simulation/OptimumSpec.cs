namespace Handlers.Tool.Simulation;

/// <summary>The optimum where it is not to be reckoned from limits, faults and load: the yardstick may be another than what foreknowledge could reach.</summary>
/// <param name="Makespan">The least time to the last answer.</param>
/// <param name="Ok">Calls that can succeed.</param>
internal sealed record OptimumSpec(TimeSpan? Makespan, double? Ok)
{
    public static OptimumSpec Read(SpecObject spec)
    {
        var optimum = new OptimumSpec(spec.DurationOrNull("makespan"), spec.NumberOrNull("ok"));
        spec.Finish();
        return optimum;
    }
}
