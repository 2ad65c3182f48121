using System.Globalization;
using System.Net;
using System.Text;

namespace Handlers.Tool.Simulation;

/// <summary>One page, self-contained: for each scenario the figures, and for each policy what it sent over time against what was possible.</summary>
internal static class HtmlReport
{
    private const int Width = 1000;
    private const int Height = 60;
    private const int Left = 170;
    private const int Right = 60;
    private const int Gap = 14;
    private const int AxisHeight = 24;
    private const int MostTicks = 8;

    private const string Head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>handlers simulate</title>
        <style>
        :root { color-scheme: light dark; --ink: #1b1f24; --dim: #5c6670; --rule: #d5dae0; --paper: #fff; --served: #2f6fce; --refused: #d9480f; --possible: #1b1f24; --grid: #eceff2; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --dim: #9aa5b1; --rule: #3a424b; --paper: #14181d; --served: #6aa5ff; --refused: #ff8a50; --possible: #e6e9ec; --grid: #232a31; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 68rem; padding: 0 1rem; }
        h1 { font-size: 1.6rem; margin-bottom: .5rem; } h2 { font-size: 1.15rem; margin: 3rem 0 .25rem; } a { color: inherit; }
        p, figure { margin: .25rem 0 .75rem; } .dim, figcaption { color: var(--dim); }
        code { font: .8rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
        svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .dim { fill: var(--dim); }
        .served { fill: var(--served); } .refused { fill: var(--refused); } .possible { fill: none; stroke: var(--possible); stroke-width: 1.2; stroke-dasharray: 3 2; } .axis { stroke: var(--rule); stroke-width: 1; } .grid { stroke: var(--grid); stroke-width: 1; } .over { fill: var(--ink); } svg .name { font-weight: 600; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .8rem; line-height: 1.35; font-variant-numeric: tabular-nums; } th, td { padding: .2rem .5rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
        th { font-weight: 600; color: var(--dim); white-space: normal; vertical-align: bottom; } th:first-child, td:first-child { text-align: left; } tbody tr:first-child td { font-weight: 600; }
        .glance td { font-weight: 400 !important; } .glance small { color: var(--dim); } .glance .full { background: color-mix(in srgb, var(--served) 22%, transparent); } .glance .most { background: color-mix(in srgb, var(--served) 9%, transparent); } .glance .broken { color: var(--refused); }
        .key { display: inline-block; width: .8em; height: .8em; vertical-align: -.05em; margin: 0 .3em 0 1em; } .line { height: 0; border-top: 2px dashed var(--possible); vertical-align: .25em; }
        @page { margin: 14mm; }
        @media print { :root { --ink: #000; --dim: #444; --rule: #bbb; --paper: #fff; --served: #2f6fce; --refused: #d9480f; --possible: #000; --grid: #e4e7ea; } body { margin: 0; padding: 0; max-width: none; font-size: 11px; } h2 { margin-top: 1.5rem; } section { break-inside: avoid; } .scroll { overflow: visible; } table { font-size: 8px; } th, td { padding: 1px 3px; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        </style>
        </head>
        <body>
        <h1>What each client sent, against what was possible</h1>
        <p>Real clients against provider twins in virtual time. A chart shows the first seed; the figures are medians over all seeds, of refusals and broken rules the worst.
        <br><span class="key served" style="background:var(--served); margin-left:0"></span>served<span class="key" style="background:var(--refused)"></span>refused or failed<span class="key line"></span>the most that the limits allow, known beforehand
        <span class="dim">&emsp;&#9650; more than the strip can show</span></p>

        """;

    public static string Of(IReadOnlyList<ScenarioResult> results)
    {
        var page = new StringBuilder(Head);
        Glance(page, results);
        foreach (ScenarioResult result in results)
        {
            Scenario scenario = result.Scenario;
            page.Append("<section id=\"").Append(Text(scenario.Name)).Append("\">\n<h2>").Append(Text(scenario.Name)).Append(": ").Append(Text(scenario.Title)).Append("</h2>\n");
            page.Append("<p class=\"dim\">Client: <code>").Append(Text(scenario.ClientText)).Append("</code></p>\n");
            Chart(page, result);
            Table(page, result);
            page.Append("</section>\n");
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>Every scenario and policy in one table: what share of what could succeed did, and what it cost the provider.</summary>
    private static void Glance(StringBuilder page, IReadOnlyList<ScenarioResult> results)
    {
        string[] policies = [.. results.SelectMany(static result => result.Policies).Select(static policy => policy.Row.Policy).Distinct(StringComparer.Ordinal)];
        page.Append("<div class=\"scroll\"><table class=\"glance\"><thead><tr><th>served of what could be<br><small>refused</small></th>");
        page.AppendJoin("", policies.Select(static policy => $"<th>{Text(policy)}</th>")).Append("</tr></thead><tbody>\n");
        foreach (ScenarioResult result in results)
        {
            page.Append("<tr><td><a href=\"#").Append(Text(result.Scenario.Name)).Append("\">").Append(Text(result.Scenario.Name)).Append("</a></td>");
            foreach (string policy in policies)
            {
                page.Append(result.Policies.FirstOrDefault(p => p.Row.Policy == policy) is { } found ? Cell(found.Row) : "<td>–</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody></table></div>\n<p class=\"dim\">In <span class=\"glance\"><span class=\"broken\">this colour</span></span>: a hard rule was broken, such as an attempt before the instant that a refusal had named.</p>\n");
    }

    private static string Cell(ScoreRow row)
    {
        double share = row.Ok / Math.Max(1, row.OptimumOk ?? row.Calls);
        string shade = share >= 0.995 ? "full" : share >= 0.95 ? "most" : "";
        string broken = row.HardRulesBroken > 0 ? " broken" : "";
        return string.Create(CultureInfo.InvariantCulture, $"<td class=\"{shade}{broken}\">{Math.Floor(share * 1000) / 10:0.#} %<br><small>{row.Refused}</small></td>");
    }

    private static void Chart(StringBuilder page, ScenarioResult result)
    {
        PolicyResult[] drawn = [.. result.Policies.Where(static policy => policy.Timeline is not null)];
        if (drawn.Length == 0)
        {
            return;
        }

        int steps = drawn.Max(static policy => policy.Timeline!.Served.Length);
        double step = drawn[0].Timeline!.Step;
        double most = Math.Max(1, drawn.Max(static policy => Math.Max(policy.Timeline!.Possible.Max(), policy.Timeline.Served.Max())) * 1.15);
        int height = (drawn.Length * (Height + Gap)) + AxisHeight;
        string about = $"{result.Scenario.Name}: sends over time of {string.Join(", ", drawn.Select(static policy => policy.Row.Policy))}; the table below has the figures.";
        Add(page, $"<figure><svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Text(about)}\">\n");
        Ticks(page, steps * step, height);
        for (int i = 0; i < drawn.Length; i++)
        {
            Timeline line = drawn[i].Timeline!;
            ScoreRow row = drawn[i].Row;
            int bottom = (i * (Height + Gap)) + Height + Gap;
            int highest = line.Served.Zip(line.Refused, static (a, b) => a + b).Max();
            Add(page, $"<text class=\"name\" x=\"0\" y=\"{bottom - Height + 18}\">{Text(row.Policy)}</text>");
            Add(page, $"<text class=\"dim\" x=\"0\" y=\"{bottom - Height + 34}\">{row.Ok:0.#} of {row.OptimumOk ?? row.Calls:0.#} served</text>");
            Add(page, $"<text class=\"dim\" x=\"0\" y=\"{bottom - Height + 50}\">{row.Refused} refused, up to {Rate(highest / step)}</text>\n");
            Add(page, $"<path class=\"served\" d=\"{Area(line.Served, below: null, bottom, steps, most)}\"/>");
            Add(page, $"<path class=\"refused\" d=\"{Area(line.Refused, line.Served, bottom, steps, most)}\"/>");
            Add(page, $"<path class=\"possible\" d=\"{Steps(line.Possible, bottom, steps, most)}\"/>");
            Add(page, $"<path class=\"over\" d=\"{Over(line, bottom, steps, most)}\"/>");
            Add(page, $"<line class=\"axis\" x1=\"{Left}\" y1=\"{bottom}\" x2=\"{Width - Right}\" y2=\"{bottom}\"/>");
            Add(page, $"<text class=\"dim\" x=\"{Width - Right + 6}\" y=\"{bottom - Height + 8}\">{(i == 0 ? Rate(most / step) : "")}</text>");
            Add(page, $"<text class=\"dim\" x=\"{Width - Right + 6}\" y=\"{bottom - 2}\">{(line.IsCut ? "goes on" : "")}</text>\n");
        }

        page.Append("</svg></figure>\n");
    }

    // Whole and round numbers of seconds, minutes or hours.
    private static void Ticks(StringBuilder page, double span, int height)
    {
        double[] rounds = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400];
        double between = Array.Find(rounds, round => span / round <= MostTicks);
        between = between > 0 ? between : span;
        for (double at = 0; at <= span; at += between)
        {
            string x = (Left + ((Width - Left - Right) * at / span)).ToString("F1", CultureInfo.InvariantCulture);
            Add(page, $"<line class=\"grid\" x1=\"{x}\" y1=\"{Gap}\" x2=\"{x}\" y2=\"{height - AxisHeight}\"/><text class=\"dim\" x=\"{x}\" y=\"{height - 6}\" text-anchor=\"middle\">{Time(at, between)}</text>\n");
        }
    }

    private static void Table(StringBuilder page, ScenarioResult result)
    {
        var (columns, rows) = ScoreTable.Cells([.. result.Policies.Select(static policy => policy.Row)]);
        page.Append("<div class=\"scroll\"><table><thead><tr>").AppendJoin("", columns.Select(static column => $"<th>{Text(column)}</th>")).Append("</tr></thead><tbody>\n");
        foreach (string[] row in rows)
        {
            page.Append("<tr>").AppendJoin("", row.Select(static cell => $"<td>{Text(cell)}</td>")).Append("</tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    // Steps with flat tops, as long as there is anything in them; what goes over the top of its strip is cut off there.
    private static string Area(int[] values, int[]? below, int bottom, int steps, double most)
    {
        var path = new StringBuilder();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] > 0)
            {
                double foot = Math.Min(1, (below?[i] ?? 0) / most);
                double top = Math.Min(1, ((below?[i] ?? 0) + values[i]) / most);
                Add(path, $"M{X(i, steps)} {bottom - (foot * Height):F1}V{bottom - (top * Height):F1}H{X(i + 1, steps)}V{bottom - (foot * Height):F1}Z");
            }
        }

        return path.ToString();
    }

    // A small mark over each stretch that goes over the top.
    private static string Over(Timeline line, int bottom, int steps, double most)
    {
        var path = new StringBuilder();
        for (int i = 0, from = -1; i <= line.Served.Length; i++)
        {
            bool isOver = i < line.Served.Length && line.Served[i] + line.Refused[i] > most;
            if (isOver && from < 0)
            {
                from = i;
            }
            else if (!isOver && from >= 0)
            {
                Add(path, $"M{X(from + i, steps * 2)} {bottom - Height - 7}l4 5h-8Z");
                from = -1;
            }
        }

        return path.ToString();
    }

    private static string Steps(int[] values, int bottom, int steps, double most)
    {
        var path = new StringBuilder();
        Add(path, $"M{X(0, steps)} {bottom}");
        for (int i = 0; i < values.Length; i++)
        {
            Add(path, $"V{bottom - (Math.Min(1, values[i] / most) * Height):F1}H{X(i + 1, steps)}");
        }

        return path.ToString();
    }

    private static string X(int step, int steps) => (Left + ((Width - Left - Right) * (double)step / steps)).ToString("F1", CultureInfo.InvariantCulture);

    private static string Rate(double perSecond) => perSecond.ToString(perSecond >= 10 ? "0" : "0.##", CultureInfo.InvariantCulture) + "/s";

    private static string Time(double seconds, double between) => between switch
    {
        < 60 => seconds.ToString("0", CultureInfo.InvariantCulture) + " s",
        < 3600 => (seconds / 60).ToString("0", CultureInfo.InvariantCulture) + " min",
        _ => (seconds / 3600).ToString("0", CultureInfo.InvariantCulture) + " h",
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Add(StringBuilder to, FormattableString text) => to.Append(text.ToString(CultureInfo.InvariantCulture));
}
