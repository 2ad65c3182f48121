namespace Handlers.Packages.Tests;

/// <summary>Two lists of an API compared, each line that differs below the type that it belongs to.</summary>
internal static class ApiDifference
{
    public static string[] Between(string[] listed, string[] built)
    {
        HashSet<(string Type, string Line)> before = [.. ByType(listed)];
        HashSet<(string Type, string Line)> after = [.. ByType(built)];
        List<string> difference = [];
        foreach (IGrouping<string, (string Mark, string Line)> type in before.Except(after).Select(entry => (entry.Type, Mark: "-", entry.Line))
            .Concat(after.Except(before).Select(entry => (entry.Type, Mark: "+", entry.Line)))
            .GroupBy(entry => entry.Type, entry => (entry.Mark, entry.Line), StringComparer.Ordinal)
            .OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            difference.Add($"  {type.Key}");
            difference.AddRange(type.Select(entry => $"{entry.Mark} {entry.Line}"));
        }

        return [.. difference];
    }

    /// <summary>Members are indented; what is not is the type that they belong to.</summary>
    private static IEnumerable<(string Type, string Line)> ByType(string[] lines)
    {
        string type = "";
        foreach (string line in lines.Where(line => line.Length > 0))
        {
            type = line[0] == ' ' ? type : line;
            yield return (type, line);
        }
    }
}
