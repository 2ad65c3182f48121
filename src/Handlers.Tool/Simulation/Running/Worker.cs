using System.Text;
using System.Text.Json;
using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>
/// A process that does runs: a job a line comes in, a reply a line goes out. It has one thread in its pool, so that the same seed gives the
/// same numbers; that can only be set from outside, and the tool itself should not have to live with it.
/// </summary>
internal static class Worker
{
    public const string Option = "--worker";

    public static int Serve(Terminal terminal)
    {
        using var input = new StreamReader(terminal.Input, Encoding.UTF8);
        var scenarios = new Dictionary<string, Scenario>(StringComparer.Ordinal);
        while (input.ReadLine() is { } line)
        {
            SimulationJob job = JsonSerializer.Deserialize<SimulationJob>(line)!;
            terminal.Output.WriteLine(JsonSerializer.Serialize(Do(job, scenarios)));
            terminal.Output.Flush();
        }

        return ExitCode.Done;
    }

    /// <summary>Does one run; a failure is a reply too.</summary>
    public static WorkerReply Do(SimulationJob job, Dictionary<string, Scenario> scenarios)
    {
        try
        {
            if (!scenarios.TryGetValue(job.Scenario, out Scenario? scenario))
            {
                scenarios.Add(job.Scenario, scenario = ScenarioReader.Load(job.Scenario));
            }

            // This thread is the process's own and not the pool's, which virtual time has to see idle.
            RunFigures figures = SimulationRun.RunAsync(scenario, job.Policy, job.Seed, job.WithTimeline).GetAwaiter().GetResult();
            return VirtualTime.IsRepeatable
                ? new WorkerReply(figures, Error: null)
                : new WorkerReply(figures, "warning: the thread pool has more than one thread, so that the same seed need not give the same numbers");
        }
        catch (ScenarioException e)
        {
            return new WorkerReply(Figures: null, e.Message);
        }
        catch (Exception e)
        {
            return new WorkerReply(Figures: null, $"{job.Scenario}, {job.Policy}, seed {job.Seed}: {e}"); // a fault of ours must name its run
        }
    }
}
