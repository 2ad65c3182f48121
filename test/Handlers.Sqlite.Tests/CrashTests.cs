using System.Diagnostics;
using System.Globalization;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sqlite.Tests;

/// <summary>A process that writes, killed between any two of its steps and started again.</summary>
public sealed class CrashTests
{
    private const int Kills = 20;
    private const int Jobs = 150;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Whenever_it_is_killed_no_result_is_lost_and_nothing_happens_twice()
    {
        using var file = new TemporaryFile();
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.FromMilliseconds(2) });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        var random = new Random(20261122);
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        var added = new Dictionary<string, int>(StringComparer.Ordinal);

        for (int kill = 0; kill <= Kills; kill++)
        {
            // Further on each time, and the last one to its end.
            int afterLines = kill == Kills ? int.MaxValue : random.Next(1, 2 + (told.Count * 2) + 20);
            foreach (string line in await RunAsync(file.Path, host.BaseAddress, afterLines, TimeSpan.FromMilliseconds(random.Next(0, 6))))
            {
                string[] words = line.Split(' ', 3);
                switch (words[0])
                {
                    case "done":
                        // What was once acknowledged is the same for ever.
                        told.TryAdd(words[1], words[2]);
                        told[words[1]].ShouldBe(words[2]);
                        break;
                    case "refused":
                        told.ShouldNotContainKey(words[1]);
                        words[2].ShouldBe(nameof(IdempotencyConflictReason.OutcomeUnknown));
                        break;
                    case "new":
                        added[words[1]] = added.GetValueOrDefault(words[1]) + 1;
                        break;
                    default:
                        words[0].ShouldBeOneOf("seen", "end");
                        break;
                }
            }
        }

        twin.DuplicateWrites.ShouldBe(0);
        added.Values.ShouldAllBe(times => times == 1);
        told.Values.Distinct(StringComparer.Ordinal).Count().ShouldBe(told.Count);

        // At most one job a kill was under way; all others came to their end.
        told.Count.ShouldBeGreaterThanOrEqualTo(Jobs - Kills);
    }

    /// <summary>The complete lines that a run said before it was killed.</summary>
    private static async Task<List<string>> RunAsync(string file, Uri address, int afterLines, TimeSpan delay)
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Handlers.Sqlite.Crasher.dll"), file, address.ToString(), Jobs.ToString(CultureInfo.InvariantCulture) },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        Task<string> errors = child.StandardError.ReadToEndAsync(patience.Token);
        List<string> lines = [];
        try
        {
            while (await child.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                lines.Add(line);
                if (lines.Count == afterLines)
                {
                    await Task.Delay(delay, TimeProvider.System, patience.Token);
                    child.Kill();
                }
            }

            await child.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
            }
        }

        bool killed = lines.Count >= afterLines;
        if (!killed)
        {
            (await errors).ShouldBeEmpty();
            lines[^1].ShouldBe("end");
        }
        else if (lines is [.., var last] && !IsComplete(last))
        {
            // The pipe's end cut it off.
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }

    private static bool IsComplete(string line) => !line.StartsWith("done", StringComparison.Ordinal) || line.EndsWith('}');
}
