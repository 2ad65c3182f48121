using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>What reached the provider in equal steps of time, which are the same for all policies of a scenario.</summary>
/// <param name="Step">The length of a step, in seconds.</param>
/// <param name="Served">Sends in each step that were executed.</param>
/// <param name="Refused">Sends in each step that were refused or failed.</param>
/// <param name="Possible">Sends in each step of the optimum.</param>
/// <param name="IsCut">Whether sends went on after the last step.</param>
internal sealed record Timeline(double Step, int[] Served, int[] Refused, int[] Possible, bool IsCut)
{
    private const int StepsOfOptimum = 120;
    private const int MostSteps = 3 * StepsOfOptimum;

    public static Timeline Of(Scenario scenario, LoadResult result, ProviderTwin twin)
    {
        TimeSpan[] possible = [.. result.Optimum.Arrivals ?? []];
        TimeSpan lastCall = result.Outcomes.Count == 0 ? TimeSpan.Zero : result.Outcomes[^1].Started;
        TimeSpan optimum = scenario.Optimum.Makespan ?? result.Optimum.Makespan;
        double span = Math.Max(Math.Max(1, optimum.TotalSeconds), Math.Max(lastCall.TotalSeconds, possible.Length == 0 ? 0 : possible[^1].TotalSeconds));
        double step = span * 1.02 / StepsOfOptimum;
        // Drawn where it arrived, as the optimum is: how long it was served then is another matter.
        var arrived = new Dictionary<int, TimeSpan>();
        foreach (TwinEvent arrival in twin.Log.Where(static e => e.Kind == TwinEventKind.Arrived))
        {
            arrived.TryAdd(arrival.Request, arrival.At);
        }

        TwinEvent[] ends = [.. twin.Log.Where(static e => e.Kind is TwinEventKind.Ok or TwinEventKind.Refused or TwinEventKind.Failed or TwinEventKind.Rejected)
            .Select(e => e with { At = arrived.GetValueOrDefault(e.Request, e.At) }).OrderBy(static e => e.At)];
        int steps = Math.Clamp(ends.Length == 0 ? 1 : (int)(ends[^1].At.TotalSeconds / step) + 1, StepsOfOptimum, MostSteps);
        var timeline = new Timeline(step, new int[steps], new int[steps], new int[steps], ends.Length > 0 && ends[^1].At.TotalSeconds >= step * steps);
        foreach (TwinEvent end in ends)
        {
            Count(end.Kind == TwinEventKind.Ok ? timeline.Served : timeline.Refused, end.At);
        }

        Array.ForEach(possible, at => Count(timeline.Possible, at));
        return timeline;

        void Count(int[] into, TimeSpan at)
        {
            int index = (int)(at.TotalSeconds / step);
            if (index < into.Length)
            {
                into[index]++;
            }
        }
    }
}
