using System.CommandLine;
using System.Text.Json;

namespace Handlers.Tool.Simulation;

/// <summary><c>handlers simulate</c>: runs clients against provider twins in virtual time and says how well they did.</summary>
internal static class SimulateCommand
{
    private const int UsualSeeds = 20;
    private const int MostSeeds = 10_000;

    // For programs and pipes: names in the order of the specification, unset figures as null.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(Terminal terminal)
    {
        Argument<string[]> scenarios = new("scenario")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = $"Built-in scenarios ({string.Join(", ", ScenarioReader.BuiltIn)}) or JSON files; all of the built-in ones when none is named.",
        };
        System.CommandLine.Option<string[]> policies = new("--policy")
        {
            AllowMultipleArgumentsPerToken = true,
            Description = $"Whom to compare: {string.Join(", ", Policies.Names)}; all when none is named.",
        };
        System.CommandLine.Option<int> seeds = new("--seeds") { DefaultValueFactory = static _ => UsualSeeds, Description = "How many seeds, from 1 on." };
        System.CommandLine.Option<bool> json = new("--json") { Description = "Prints a JSON array instead of tables." };
        System.CommandLine.Option<FileInfo?> html = new("--html") { Description = "Writes a page with a chart for each scenario." };
        System.CommandLine.Option<bool> worker = new(Worker.Option) { Hidden = true };
        Command command = new("simulate", "Runs clients against provider twins in virtual time: real handlers, real limits, hours in seconds.")
        {
            scenarios, policies, seeds, json, html, worker,
        };
        command.SetAction(parsed => parsed.GetValue(worker)
            ? Worker.Serve(terminal)
            : Run(
                parsed.GetValue(scenarios) is { Length: > 0 } named ? named : ScenarioReader.BuiltIn,
                parsed.GetValue(policies) is { Length: > 0 } some ? [.. some.SelectMany(static list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))] : Policies.Names,
                parsed.GetValue(seeds),
                parsed.GetValue(json),
                parsed.GetValue(html),
                terminal));
        return command;
    }

    private static int Run(IReadOnlyList<string> names, IReadOnlyList<string> policies, int seeds, bool json, FileInfo? html, Terminal terminal)
    {
        if (policies.FirstOrDefault(static policy => !Policies.Names.Contains(policy, StringComparer.Ordinal)) is { } unknown)
        {
            string near = Spelling.Closest(unknown, Policies.Names) is { } closest ? $"did you mean \"{closest}\"?" : $"write one of {string.Join(", ", Policies.Names)}";
            terminal.Error.WriteLine($"--policy: there is no \"{unknown}\"; {near}");
            return ExitCode.BadUsage;
        }

        if (seeds is < 1 or > MostSeeds)
        {
            terminal.Error.WriteLine($"--seeds: {seeds} is not from 1 to {MostSeeds}");
            return ExitCode.BadUsage;
        }

        var scenarios = new List<(string Source, Scenario Scenario)>();
        bool failed = false;
        foreach (string name in names)
        {
            try
            {
                scenarios.Add((File.Exists(name) ? Path.GetFullPath(name) : name, ScenarioReader.Load(name)));
            }
            catch (ScenarioException e)
            {
                terminal.Error.WriteLine(e.Message);
                failed = true;
            }
        }

        if (failed)
        {
            return ExitCode.BadInput;
        }

        SimulationJob[] jobs = [.. scenarios.SelectMany(scenario => policies.SelectMany(policy =>
            Enumerable.Range(1, seeds).Select(seed => new SimulationJob(scenario.Source, policy, seed, html is not null && seed == 1))))];
        var runs = new Dictionary<(string Source, string Policy), List<RunFigures>>();
        var said = new HashSet<string>(StringComparer.Ordinal);
        WorkerPool.Do(jobs, (job, reply) =>
        {
            if (reply.Error is { } error && said.Add(error))
            {
                terminal.Error.WriteLine(error);
            }

            if (reply.Figures is { } figures)
            {
                if (!runs.TryGetValue((job.Scenario, job.Policy), out List<RunFigures>? list))
                {
                    runs.Add((job.Scenario, job.Policy), list = []);
                }

                list.Add(figures);
            }
            else
            {
                failed = true;
            }
        });
        var results = scenarios.ConvertAll(scenario => new ScenarioResult(
            scenario.Scenario,
            [.. policies.Where(policy => runs.ContainsKey((scenario.Source, policy))).Select(policy => PolicyResult.Of(runs[(scenario.Source, policy)]))]));
        Report(results, json, html, terminal);
        return failed ? ExitCode.BadInput : ExitCode.Done;
    }

    private static void Report(List<ScenarioResult> results, bool json, FileInfo? html, Terminal terminal)
    {
        if (json)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(results.SelectMany(static result => result.Policies.Select(static policy => policy.Row)), Indented));
        }
        else
        {
            foreach (ScenarioResult result in results)
            {
                terminal.Output.WriteLine(ScoreTable.Of(result.Scenario, [.. result.Policies.Select(static policy => policy.Row)]));
                foreach (PolicyResult policy in result.Policies)
                {
                    foreach (string line in policy.Broken.Select(static rule => "broke a rule: " + rule).Concat(policy.Wrong.Select(static row => "wrong: " + row)))
                    {
                        terminal.Output.WriteLine($"- {policy.Row.Policy} {line}");
                    }
                }

                terminal.Output.WriteLine();
            }
        }

        if (html is not null)
        {
            File.WriteAllText(html.FullName, HtmlReport.Of(results));
            terminal.Error.WriteLine($"wrote {html.FullName}");
        }
    }
}
