using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Handlers;

/// <summary>Reads one configuration section into options, by the table and without reflection. Never throws; tells all that is wrong.</summary>
internal static class OptionsBinder
{
    public static void Bind(IConfiguration section, Layer layer, ResilienceHandlersOptions options, Origins origins, List<string> errors)
    {
        if (section is IConfigurationSection { Value: { Length: > 0 } value, Key: var key })
        {
            errors.Add($"{layer.Where} {NoSection(key, value, "")}");
        }

        BindSection(section, "", layer, options, origins, errors);
    }

    /// <summary>JSON arrays are sections whose keys are numbers.</summary>
    public static bool IsListIndex(string key) => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static void BindSection(
        IConfiguration section, string path, Layer layer, ResilienceHandlersOptions options, Origins origins, List<string> errors)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            string childPath = path.Length == 0 ? child.Key : $"{path}:{child.Key}";
            if (OptionSchema.TryFind(childPath, out Option? option))
            {
                if (Set(child, option, options) is { } problem)
                {
                    errors.Add($"{layer.Place(childPath)} {OptionText.Sentence(problem)}");
                }
                else
                {
                    origins[option.Path] = layer;
                }
            }
            else if (!OptionSchema.IsSection(childPath))
            {
                errors.Add($"{layer.Place(childPath)} {Unknown(child, path)}");
            }
            else if (!string.IsNullOrEmpty(child.Value))
            {
                errors.Add($"{layer.Place(childPath)} {NoSection(child.Key, child.Value, childPath)}");
            }
            else if (IsListIndex(child.Key))
            {
                errors.Add($"{layer.Place(childPath)} is an entry of a list; {path} is a map: give each entry a name as its key.");
            }
            else
            {
                BindSection(child, childPath, layer, options, origins, errors);
            }
        }
    }

    private static string? Set(IConfigurationSection section, Option option, ResilienceHandlersOptions options)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        if (children.Length > 0)
        {
            return Array.TrueForAll(children, child => IsListIndex(child.Key) && child.Value is not null)
                ? $"is a list; write one string: {OptionText.Quote(string.Join(", ", children.Select(child => child.Value)))}"
                : $"is a value, not a section; write {option.Expects}";
        }

        if (section.Value is not { } text)
        {
            return $"is null; remove the key to leave the option alone, or write {option.Expects}";
        }

        return option.TrySet(options, text) is { } problem ? $"= {OptionText.Quote(text)} {problem}" : null;
    }

    private static string NoSection(string key, string value, string path) =>
        $"= {OptionText.QuoteUnknown(key, value)} is a section, not a value; put one of {Keys(path)} below it.";

    private static string Unknown(IConfigurationSection child, string section)
    {
        string value = child.Value is { } text ? $"= {OptionText.QuoteUnknown(child.Key, text)} " : "";
        return Meant(child.Key, section) is { } meant
            ? $"{value}is unknown; did you mean \"{meant}\"?"
            : $"{value}is unknown; remove it, or use one of {Keys(section)}.";
    }

    private static string? Meant(string key, string section)
    {
        ImmutableArray<string> keys = OptionSchema.KeysOf(section);
        if (keys.FirstOrDefault(known => Squeeze(known) == Squeeze(key)) is { } spelt)
        {
            return spelt;
        }

        // A word in the wrong section is a likelier mistake than two misspellings.
        string[] elsewhere = [.. OptionSchema.Options.Select(option => option.Path)];
        return Array.Find(elsewhere, path => OptionSchema.KeyOf(path).Equals(key, StringComparison.OrdinalIgnoreCase))
            ?? Spelling.Closest(key, keys)
            ?? Array.Find(elsewhere, path => Spelling.Closest(key, OptionSchema.KeyOf(path)) is not null);
    }

    // So that "max_retries" and "max-retries" are recognised.
    private static string Squeeze(string key) =>
        key.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    private static string Keys(string section) =>
        OptionSchema.KeysOf(section) is { Length: > 0 } keys ? string.Join(", ", keys) : "names of your own";
}
