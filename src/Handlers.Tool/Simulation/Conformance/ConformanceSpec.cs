using System.Reflection;
using System.Text.Json;

namespace Handlers.Tool.Simulation.Conformance;

/// <summary>A table of single answers; with the built-in samples of real APIs or without.</summary>
internal sealed record ConformanceSpec(IReadOnlyList<ConformanceRow> Rows)
{
    private const string SamplePrefix = "Samples/";

    public static ConformanceSpec Read(SpecObject spec)
    {
        bool samples = spec.Flag("samples");
        var read = new ConformanceSpec([.. spec.Children("rows").Select(static row => ConformanceRow.Read(row)), .. samples ? Samples() : []]);
        if (!samples && !spec.Has("rows"))
        {
            spec.Report("rows", "missing; write [ { … } ], or \"samples\": true for the collected answers");
        }

        spec.Finish();
        return read;
    }

    private static List<ConformanceRow> Samples()
    {
        Assembly assembly = Assembly.GetExecutingAssembly();
        var rows = new List<ConformanceRow>();
        foreach (string name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(SamplePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using Stream resource = assembly.GetManifestResourceStream(name)!;
            using JsonDocument document = JsonDocument.Parse(resource);
            string path = name[SamplePrefix.Length..].Replace('\\', '/'); // written with the builder's separator
            List<string> problems = [];
            rows.Add(ConformanceRow.Read(SpecObject.Root(document.RootElement, problems), path, path[..path.IndexOf('/', StringComparison.Ordinal)]));
            if (problems.Count > 0)
            {
                throw new ScenarioException(string.Join('\n', problems.Select(problem => $"{path}: {problem}")));
            }
        }

        return rows;
    }
}
