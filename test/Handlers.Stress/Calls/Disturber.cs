namespace Handlers.Stress.Calls;

/// <summary>What happens to an app besides calls, each second: settings edited well and badly, the clock set, its upstreams down or cut off, somebody looking.</summary>
internal sealed class Disturber(App app, Storm storm, int seed)
{
    private const string Root = "ResilienceHandlers:";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly (string Key, string[] Values)[] Good =
    [
        ("Clients:bulk:Pacing:MaxConcurrency", ["16", "32", "48"]),
        ("Clients:keyed:Pacing:MaxConcurrency", ["2", "4", "6"]),
        ("Clients:github:Caching:Enabled", ["true", "false"]),
        ("Clients:bulk:Retry:MaxRetries", ["0", "1", "3", "5"]),
        ("Clients:bulk:Retry:Enabled", ["true", "false"]),
        ("Clients:bulk:CircuitBreaker:Enabled", ["true", "false"]),
        ("Clients:bulk:CircuitBreaker:FailureRatio", ["0.3", "0.5", "0.9"]),
        ("Clients:strict:Retry:RefusalsUseRetries", ["true", "false"]),
        ("Clients:wire:AttemptTimeout", ["00:00:00.200", "00:00:00.500", "00:00:02"]),
        ("Defaults:Retry:MaxDelay", ["00:00:00.020", "00:00:00.050"]),
        ("Defaults:Retry:WaitForCircuit", ["true", "false"]),
        ("Defaults:Pacing:MaxQueue", ["200", "10000"]),
    ];

    private static readonly (string Key, string Value)[] Bad =
    [
        ("Clients:bulk:Retry:MaxRetries", "many"),
        ("Clients:bulk:Retri:MaxRetries", "3"),
        ("Clients:bulk:Pacing:MaxConcurrency", "0"),
        ("Clients:keyed:TotalTimeout", "-00:00:01"),
        ("Clients:paced:Pacing:Limits", "40 per second"),
        ("Clients:nobody:Retry:MaxRetries", "3"),
        ("Defaults:CircuitBreaker:FailureRatio", "7"),
        ("Defaults:Retry:Backoff", "Sometimes"),
    ];

    private readonly Random _random = new(seed);
    private int _badEdits;
    private (string Key, string? Value)? _toCorrect;

    /// <summary>For how many seconds calls were made.</summary>
    public int Seconds { get; private set; }

    public int GoodEdits { get; private set; }

    public int BadEdits => _badEdits;

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Second, TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            if (!storm.IsResting)
            {
                Seconds++;
                Edit();
            }

            (app.Time as JumpingClock)?.JumpTo(TimeSpan.FromSeconds((_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(7))));
            switch (Seconds % 20)
            {
                case 5:
                    app.IsDown = true;
                    await Task.Delay(Second / 3, TimeProvider.System, CancellationToken.None);
                    app.IsDown = false;
                    break;
                case 10:
                    _ = storm.WatchAsync(WatchEventsAsync());
                    break;
                case 15:
                    app.Monitor.Isolate("bulk");
                    await Task.Delay(Second / 5, TimeProvider.System, CancellationToken.None);
                    app.Monitor.Reset("bulk");
                    break;
                case 1 or 8 or 14:
                    await app.CutAsync(app.TargetOf("dead"), Second / 4);
                    break;
                default:
                    break;
            }
        }

        storm.Findings.Check(app.RejectedEdits == _badEdits, "edits", $"{app.Name}: {_badEdits} bad edits were made and {app.RejectedEdits} told of");
    }

    private void Edit()
    {
        if (_toCorrect is { } mistake)
        {
            app.Settings.Edit((mistake.Key, mistake.Value));
            _toCorrect = null;
            return;
        }

        if (_random.Next(3) > 0)
        {
            (string key, string[] values) = Good[_random.Next(Good.Length)];
            string chosen = values[_random.Next(values.Length)];
            app.Settings.Edit((Root + key, chosen));
            app.Edited(key, chosen);
            GoodEdits++;
            return;
        }

        if (storm.Arguments.Break != "edits")
        {
            _badEdits++;
        }

        if (_random.Next(10) == 0)
        {
            Dictionary<string, string?> before = app.Settings.Vanish();
            app.Settings.Restore(before);
            return;
        }

        (string bad, string value) = Bad[_random.Next(Bad.Length)];
        bad = Root + bad;
        _toCorrect = (bad, app.Settings.TryGet(bad, out string? good) ? good : null);
        app.Settings.Edit((bad, value));
    }

    /// <summary>Somebody looks on for two seconds: calls tell what they do only then.</summary>
    private async Task WatchEventsAsync()
    {
        using var end = new CancellationTokenSource(2 * Second, TimeProvider.System);
        try
        {
            await foreach (ResilienceEvent _ in app.Monitor.Watch(end.Token))
            {
                // Reading is all.
            }
        }
        catch (OperationCanceledException)
        {
            // Enough seen.
        }
    }
}
