using System.Text;
using System.Text.Json;

namespace Handlers.Stress;

/// <summary>A captured answer, as text that can be changed.</summary>
internal sealed record Captured(string Provider, string Method, string Url, int Status, (string Name, string Value)[] Headers, byte[] Body)
{
    public static Captured[] All() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    private static Captured Read(string file)
    {
        using JsonDocument sample = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement root = sample.RootElement;
        JsonElement body = root.GetProperty("body");
        return new Captured(
            Path.GetFileName(Path.GetDirectoryName(file)!),
            root.GetProperty("request").GetProperty("method").GetString()!,
            root.GetProperty("request").GetProperty("url").GetString()!,
            root.GetProperty("status").GetInt32(),
            [.. root.GetProperty("headers").EnumerateObject().Select(header => (header.Name, header.Value.GetString()!))],
            Encoding.UTF8.GetBytes(body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText()));
    }
}
