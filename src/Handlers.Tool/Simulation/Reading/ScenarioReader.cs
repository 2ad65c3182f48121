using System.Reflection;
using System.Text.Json;
using Handlers.Testing;
using Handlers.Tool.Simulation.Conformance;

namespace Handlers.Tool.Simulation;

/// <summary>Reads scenarios: the built-in ones by name, others from files. The schema is documented in <c>docs/simulator.md</c>.</summary>
internal static class ScenarioReader
{
    private const string ResourcePrefix = "Scenarios.";
    private const string Extension = ".json";

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false };

    /// <summary>The names of the built-in scenarios, in their order.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(static name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(static name => name[ResourcePrefix.Length..^Extension.Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>Reads a built-in scenario by its name (ignoring case), else a file.</summary>
    /// <exception cref="ScenarioException">There is no such scenario, or it is not written correctly.</exception>
    public static Scenario Load(string nameOrFile)
    {
        if (BuiltIn.FirstOrDefault(name => name.Equals(nameOrFile, StringComparison.OrdinalIgnoreCase)) is { } builtIn)
        {
            using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourcePrefix + builtIn + Extension)!;
            using var text = new StreamReader(resource);
            return Parse(text.ReadToEnd(), builtIn);
        }

        if (!File.Exists(nameOrFile))
        {
            string near = Spelling.Closest(nameOrFile, BuiltIn) is { } closest ? $" Did you mean {closest}?" : "";
            throw new ScenarioException($"{nameOrFile}: neither a built-in scenario nor a file.{near} Built in: {string.Join(", ", BuiltIn)}.");
        }

        try
        {
            return Parse(File.ReadAllText(nameOrFile), Path.GetFileName(nameOrFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioException($"{nameOrFile}: {e.Message}");
        }
    }

    /// <summary>Reads a scenario.</summary>
    /// <param name="json">Its text.</param>
    /// <param name="source">What to call it in messages; without its extension its name, when it has none of its own.</param>
    /// <exception cref="ScenarioException">It is not written correctly.</exception>
    public static Scenario Parse(string json, string source)
    {
        List<string> problems = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Lenient);
            Scenario scenario = Read(SpecObject.Root(document.RootElement, problems), Path.GetFileNameWithoutExtension(source));
            return problems.Count == 0 ? scenario : throw new ScenarioException(string.Join('\n', problems.Select(problem => $"{source}: {problem}")));
        }
        catch (JsonException e)
        {
            throw new ScenarioException($"{source}: this is no JSON: {e.Message}");
        }
    }

    private static Scenario Read(SpecObject root, string name)
    {
        var scenario = new Scenario
        {
            Name = root.Text("name", name),
            Title = root.Text("title", ""),
            Start = root.Instant("start", new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)),
            Deadline = root.DurationOrNull("deadline"),
            Client = root.Raw("client"),
            Shuffle = root.Flag("shuffle"),
            Conformance = root.Has("conformance") ? ConformanceSpec.Read(root.Child("conformance")) : null,
            Faults = [.. root.Children("faults").Select(FaultSpec.Read)],
            Capacities = [.. root.Children("capacity").Select(ReadCapacity)],
            Optimum = OptimumSpec.Read(root.Child("optimum")),
            Twin = null!,
            Load = null!,
        };
        if (scenario.Name.Length == 0)
        {
            root.Report("name", "empty; write a name, or leave this out for the file's");
        }

        if (scenario.Client is { ValueKind: not JsonValueKind.Object })
        {
            root.Report("client", "this is no object; write the settings of one client as they stand under ResilienceHandlers:Clients:{name}");
        }

        TwinSpec twin = TwinSpec.Read(root.Child("twin"), optional: scenario.Conformance is not null);
        LoadSpec[] load = [.. root.Children("load").Select(group => LoadSpec.Read(group, twin.Provider))];
        if (scenario.Conformance is not null && root.Has("load"))
        {
            root.Report("load", "\"conformance\" stands in place of a load; leave one of them out");
        }

        if (load.Length == 0 && scenario.Conformance is null && !root.HasOther("load", JsonValueKind.Array))
        {
            root.Report("load", "missing; write [ { \"calls\": 100 } ] for a hundred calls at the start");
        }

        root.Finish();
        return scenario with { Twin = twin, Load = load };
    }

    private static TwinCapacity ReadCapacity(SpecObject spec)
    {
        var capacity = new TwinCapacity(spec.Number("perSecond", 0))
        {
            RampTo = spec.NumberOrNull("rampTo"),
            From = spec.Duration("from", TimeSpan.Zero),
            RampUntil = spec.Duration("rampUntil", TimeSpan.Zero),
            Until = spec.Duration("until", TimeSpan.MaxValue),
            Status = spec.Whole("status", 503, least: 429, most: 503),
            RetryAfter = spec.DurationOrNull("retryAfter"),
        };
        if (!spec.Has("perSecond"))
        {
            spec.Report("perSecond", "missing; write how many sends are served in a second");
        }

        if (capacity.Status is not (429 or 503))
        {
            spec.Report("status", $"{capacity.Status} is neither 429 nor 503");
        }

        if (capacity.Until <= capacity.From)
        {
            spec.Report("until", "a capacity ends after it begins; write an instant after \"from\"");
        }

        if (capacity.RampTo is null && spec.Has("rampUntil"))
        {
            spec.Report("rampUntil", "there is no ramp to end; write \"rampTo\" too");
        }

        if (capacity.RampTo is not null && capacity.RampUntil <= capacity.From)
        {
            spec.Report("rampUntil", "a ramp ends after it begins; write an instant after \"from\"");
        }

        spec.Finish();
        return capacity;
    }
}
