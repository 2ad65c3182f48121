using System.Globalization;
using System.Text.Json;

namespace Handlers.Tool.Simulation;

/// <summary>
/// A JSON object of a scenario. Every look at a property is remembered, so that <see cref="Finish"/> can tell which ones nobody reads;
/// mistakes are collected with their place, their value and what to write instead.
/// </summary>
internal sealed class SpecObject
{
    private const double Most = 1e12;
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(31);

    private readonly JsonElement _object;
    private readonly List<string> _problems;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private SpecObject(JsonElement element, string path, List<string> problems)
    {
        _object = element;
        Path = path;
        _problems = problems;
    }

    /// <summary>Where it stands in its file.</summary>
    public string Path { get; }

    /// <summary>The root of a document.</summary>
    public static SpecObject Root(JsonElement element, List<string> problems) => Of(element, "", problems);

    public bool Has(string name) => TryGet(name, out _);

    /// <summary>Something else than this kind stands there, which is a mistake of its own.</summary>
    public bool HasOther(string name, JsonValueKind kind) => TryGet(name, out JsonElement value) && value.ValueKind != kind;

    public string Text(string name, string? otherwise = null)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return otherwise ?? Missing(name, "a text", "");
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString()! : Wrong(name, value, "a text in quotes", otherwise ?? "");
    }

    public string? TextOrNull(string name) => Has(name) ? Text(name) : null;

    public int Whole(string name, int otherwise, int least = 0, int most = 10_000_000)
    {
        double number = Number(name, otherwise, least, most);
        return number == Math.Floor(number) ? (int)number : Wrong(name, _object.GetProperty(name), $"a whole number from {least} to {most}", otherwise);
    }

    public int? WholeOrNull(string name, int least = 0) => Has(name) ? Whole(name, least, least) : null;

    public double Number(string name, double otherwise, double least = 0, double most = Most)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return otherwise;
        }

        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= least && number <= most
            ? number
            : Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), otherwise);
    }

    public double? NumberOrNull(string name, double least = 0, double most = Most) => Has(name) ? Number(name, least, least, most) : null;

    public bool Flag(string name, bool otherwise = false)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return otherwise;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Wrong(name, value, "true or false", otherwise);
    }

    /// <summary>A duration as in appsettings.json.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, bool negative = false) => DurationOrNull(name, negative) ?? otherwise;

    /// <summary>A duration that is not nothing: of something that comes again.</summary>
    public TimeSpan Period(string name, TimeSpan otherwise) => DurationOrNull(name, least: ShortestPeriod) ?? otherwise;

    /// <inheritdoc cref="Duration"/>
    public TimeSpan? DurationOrNull(string name, bool negative = false, TimeSpan least = default)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return null;
        }

        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        bool minus = negative && text.StartsWith('-');
        var kind = new DurationKind(least, LongestTime);
        if (!kind.TryParse(minus ? text[1..] : text, out TimeSpan span, out string? problem))
        {
            Report(name, $"{value.GetRawText()} {problem}");
            return null;
        }

        if (kind.Check(span) is { } outside)
        {
            Report(name, $"{value.GetRawText()} {outside}");
        }

        return minus ? -span : span;
    }

    public DateTimeOffset Instant(string name, DateTimeOffset otherwise)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return otherwise;
        }

        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out DateTimeOffset instant)
            ? instant
            : Wrong(name, value, "an instant such as \"2026-11-21T12:00:00Z\"", otherwise);
    }

    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        if (!TryGet(name, out JsonElement value))
        {
            return otherwise;
        }

        string[] names = [.. Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)];
        return value.ValueKind == JsonValueKind.String && Array.IndexOf(names, value.GetString()) is var at and >= 0
            ? Enum.GetValues<T>()[at]
            : Wrong(name, value, $"one of {string.Join(", ", names.Select(static choice => $"\"{choice}\""))}", otherwise);
    }

    /// <summary>An object inside; an empty one when it is missing.</summary>
    public SpecObject Child(string name) =>
        TryGet(name, out JsonElement value) ? Of(value, PathOf(name), _problems) : Of(default, PathOf(name), _problems);

    /// <summary>The objects of an array; none when it is missing.</summary>
    public IReadOnlyList<SpecObject> Children(string name)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return Wrong<IReadOnlyList<SpecObject>>(name, value, "an array of objects: [ { … } ]", []);
        }

        return [.. value.EnumerateArray().Select((item, i) => Of(item, $"{PathOf(name)}[{i}]", _problems))];
    }

    /// <summary>A piece of JSON that is passed on as it is.</summary>
    public JsonElement? Raw(string name) => TryGet(name, out JsonElement value) ? value.Clone() : null;

    /// <summary>The same object for when its document is gone.</summary>
    public SpecObject Kept() => new(_object.ValueKind == JsonValueKind.Undefined ? _object : _object.Clone(), Path, _problems);

    public void Report(string name, string problem) => _problems.Add($"{PathOf(name)}: {problem}");

    /// <summary>Complains about properties that nobody has looked at.</summary>
    public void Finish()
    {
        if (_object.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (JsonProperty property in _object.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
            {
                string cure = Spelling.Closest(property.Name, [.. _known]) is { } closest
                    ? $"did you mean \"{closest}\"?"
                    : $"known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}";
                Report(property.Name, $"nothing reads this; {cure}");
            }
        }
    }

    private static SpecObject Of(JsonElement element, string path, List<string> problems)
    {
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            problems.Add($"{(path.Length == 0 ? "the file" : path)}: {Brief(element)} is no object; write {{ … }}");
            element = default;
        }

        return new SpecObject(element, path, problems);
    }

    private bool TryGet(string name, out JsonElement value)
    {
        _known.Add(name);
        value = default;
        return _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private T Missing<T>(string name, string expected, T otherwise)
    {
        Report(name, $"missing; write {expected}");
        return otherwise;
    }

    private T Wrong<T>(string name, JsonElement value, string expected, T otherwise)
    {
        Report(name, $"{Brief(value)} is not {expected}");
        return otherwise;
    }

    private static string Brief(JsonElement value)
    {
        const int Longest = 60;
        string text = value.GetRawText();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
