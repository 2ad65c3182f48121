using System.Globalization;
using Handlers;
using Spectre.Console;

namespace Tour;

/// <summary>What every client is doing right now, from the monitor; on a terminal only.</summary>
internal static class LiveTable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public static bool IsPossible => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;

    public static Task ShowAsync(Scene[] scenes, IResilienceMonitor monitor, Task played) =>
        AnsiConsole.Live(Table(scenes, monitor)).StartAsync(async live =>
        {
            while (!played.IsCompleted)
            {
                await Task.WhenAny(played, Task.Delay(Refresh, TimeProvider.System));
                live.UpdateTarget(Table(scenes, monitor));
            }

            await played;
        });

    private static Table Table(Scene[] scenes, IResilienceMonitor monitor)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("client");
        foreach (string column in (string[])["calls", "attempts", "waits", "refused", "refused here"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        table.AddColumn("circuit").AddColumn("quota");
        Dictionary<string, ClientSnapshot> clients = monitor.Clients.ToDictionary(client => client.Client, StringComparer.Ordinal);
        foreach (Scene scene in scenes)
        {
            ClientSnapshot? client = clients.GetValueOrDefault(scene.Name);
            table.AddRow(
                new Text(scene.Name),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{scene.Calls}/{scene.Planned}")),
                Number(client?.Attempts),
                Number(client?.Waits),
                Number(client?.RateLimited),
                Number(client?.Refused),
                Circuit(monitor.Circuits.Where(circuit => circuit.Client == scene.Name)),
                Quota(monitor.Quotas.Where(quota => quota.Provider == scene.Name)));
        }

        return table;
    }

    private static Text Number(long? number) => new((number ?? 0).ToString(CultureInfo.InvariantCulture));

    private static Text Circuit(IEnumerable<CircuitSnapshot> circuits)
    {
        CircuitState state = circuits.Select(circuit => circuit.State).DefaultIfEmpty(CircuitState.Closed).Max();
        return new Text(state.ToString(), state == CircuitState.Closed ? Style.Plain : new Style(Color.Red));
    }

    /// <summary>The quota that holds back the most: its gate, or else its tightest limit and its queue.</summary>
    private static Text Quota(IEnumerable<QuotaSnapshot> quotas)
    {
        QuotaSnapshot? tightest = quotas.Where(quota => quota.ClosedUntil is not null || !quota.Limits.IsEmpty).OrderByDescending(quota => quota.ClosedUntil).ThenByDescending(quota => quota.Waiting).ThenBy(Share).FirstOrDefault();
        if (tightest is null)
        {
            return new Text("");
        }

        string waiting = tightest.Waiting == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {tightest.Waiting} waiting");
        if (tightest.ClosedUntil is { } until)
        {
            TimeSpan left = until - TimeProvider.System.GetUtcNow();
            return new Text(string.Create(CultureInfo.InvariantCulture, $"{tightest.Resource}: opens in {left.TotalSeconds:F1} s{waiting}"), new Style(Color.Yellow));
        }

        LimitSnapshot limit = tightest.Limits.MinBy(limit => limit.Free / (double)limit.Capacity)!;
        return new Text(string.Create(CultureInfo.InvariantCulture, $"{tightest.Resource}: {limit.Free} of {limit.Text} free{waiting}"));
    }

    private static double Share(QuotaSnapshot quota) => quota.Limits.Select(limit => limit.Free / (double)limit.Capacity).DefaultIfEmpty(1).Min();
}
