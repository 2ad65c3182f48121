using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tour;

/// <summary>What the twins and the clients counted, and which hard rules were broken.</summary>
internal sealed class Summary
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Scene[] _scenes;

    public Summary(Scene[] scenes)
    {
        _scenes = scenes;
        foreach (Scene scene in scenes)
        {
            Broken.AddRange(scene.Broken);
            if (scene.Twin.Early > 0)
            {
                Broken.Add($"{scene.Name}: {scene.Twin.Early} attempts came before the instant that a refusal had named");
            }

            if (scene.Twin.DuplicateWrites > 0)
            {
                Broken.Add($"{scene.Name}: {scene.Twin.DuplicateWrites} writes were executed twice");
            }

            if (scene.Calls < 60)
            {
                Broken.Add($"{scene.Name}: only {scene.Calls} calls");
            }
        }

        if (scenes.Sum(scene => scene.Calls) is var all and < 1000)
        {
            Broken.Add($"only {all} calls in all");
        }
    }

    public List<string> Broken { get; } = [];

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            clients = _scenes.ToDictionary(scene => scene.Name, scene => (object)new
            {
                calls = scene.Calls,
                ok = scene.Ok,
                failed = scene.Calls - scene.Ok,
                attempts = scene.Attempts,
                refusedByProvider = scene.Twin.Refused,
                earlyAttempts = scene.Twin.Early,
                duplicateWrites = scene.Twin.DuplicateWrites,
                cacheHits = scene.AnsweredHere,
                p50ms = scene.Percentile(0.5),
                p99ms = scene.Percentile(0.99),
            }, StringComparer.Ordinal),
            hardRulesBroken = Broken,
        },
        Indented);

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine("client      calls     ok  failed  attempts  answered here  refused  early  duplicates    p50 ms    p99 ms");
        foreach (Scene scene in _scenes)
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{scene.Name,-10}{scene.Calls,7}{scene.Ok,7}{scene.Calls - scene.Ok,8}{scene.Attempts,10}{scene.AnsweredHere,15}{scene.Twin.Refused,9}{scene.Twin.Early,7}{scene.Twin.DuplicateWrites,12}{scene.Percentile(0.5),10:F0}{scene.Percentile(0.99),10:F0}"));
        }

        return text.Append(Broken.Count == 0 ? "Every hard rule held." : "Broken: " + string.Join("; ", Broken)).ToString();
    }
}
