using System.Globalization;
using System.Text;

namespace Handlers.Tool.Simulation;

/// <summary>The rows as text: a Markdown table for each scenario, with the settings that the client had.</summary>
internal static class ScoreTable
{
    private static readonly (string Name, Func<ScoreRow, string?> Cell)[] Columns =
    [
        ("policy", static row => row.Policy),
        ("ok", static row => Number(row.Ok, "0.#")),
        ("possible", static row => Number(row.OptimumOk, "0.#")),
        ("calls", static row => Number(row.Calls, "0.#")),
        ("refused", static row => Number(row.Refused, "0")),
        ("sends", static row => Number(row.Sends, "0.#")),
        ("per call", static row => Number(row.Amplification, "0.00")),
        ("makespan s", static row => Number(row.Makespan, "0.0")),
        ("× optimum", static row => Number(row.MakespanRatio, "0.000")),
        ("p50 s", static row => Number(row.P50, "0.00")),
        ("p99 s", static row => Number(row.P99, "0.00")),
        ("Jain", static row => Number(row.Jain, "0.000")),
        ("protected ok", static row => Number(row.ProtectedOkRatio, "0.0 %")),
        ("protected p99 s", static row => Number(row.ProtectedP99, "0.00")),
        ("refusal lag p99 ms", static row => Number(row.RefusalLagP99, "0")),
        ("sends in outage", static row => Number(row.OutageSends, "0.#")),
        ("recovery s", static row => Number(row.Recovery, "0.00")),
        ("rules broken", static row => Number(row.HardRulesBroken, "0")),
    ];

    /// <summary>Names of columns and the cells of each row; columns in which nothing applies are left out.</summary>
    public static (string[] Columns, string[][] Rows) Cells(IReadOnlyList<ScoreRow> rows)
    {
        var columns = Array.FindAll(Columns, column => rows.Any(row => column.Cell(row) is not null));
        return ([.. columns.Select(static column => column.Name)], [.. rows.Select(row => columns.Select(column => column.Cell(row) ?? "–").ToArray())]);
    }

    /// <summary>The table of one scenario; columns in which nothing applies are left out.</summary>
    public static string Of(Scenario scenario, IReadOnlyList<ScoreRow> rows)
    {
        var (columns, lines) = Cells(rows);
        string[][] cells = [columns, .. lines];
        int[] widths = [.. Enumerable.Range(0, columns.Length).Select(i => cells.Max(line => line[i].Length))];
        var text = new StringBuilder();
        text.Append("### ").Append(scenario.Name).Append(": ").Append(scenario.Title).Append("\n\n");
        text.Append("Client: `").Append(scenario.ClientText).Append("`\n\n");
        for (int line = 0; line < cells.Length; line++)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                text.Append("| ").Append(i == 0 ? cells[line][i].PadRight(widths[i]) : cells[line][i].PadLeft(widths[i])).Append(' ');
            }

            text.Append("|\n");
            if (line == 0)
            {
                text.AppendJoin("", widths.Select(static (width, i) => i == 0 ? $"| {new string('-', width)} " : $"| {new string('-', width - 1)}: ")).Append("|\n");
            }
        }

        return text.ToString();
    }

    private static string? Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture);
}
