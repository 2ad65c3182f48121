using System.Diagnostics;
using System.Globalization;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using Microsoft.Data.Sqlite;

namespace Handlers.Sqlite.Tests;

/// <summary>
/// A process that writes with keys to a twin, killed between any two of its steps and started again over the same file, and what all of its runs said together.
/// Used by the tests and, with more kills, by the stress program.
/// </summary>
internal sealed class KilledRuns(string file, int jobs, int seed)
{
    /// <summary>Between some kills the file is left to the next run alone: it must recover by itself too.</summary>
    private const int LooksEvery = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _added = new(StringComparer.Ordinal);
    private readonly List<string> _broken = [];

    /// <summary>Every invariant that did not hold, in a sentence each.</summary>
    public IReadOnlyList<string> Broken => _broken;

    /// <summary>How many jobs were acknowledged.</summary>
    public int Told => _told.Count;

    /// <summary>How many jobs were refused because a run was killed while they were under way.</summary>
    public int Unknown { get; private set; }

    public int Kills { get; private set; }

    public async Task RunAsync(int kills)
    {
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.FromMilliseconds(2) });
        TwinHost host = await TwinHost.StartAsync(twin).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            for (int kill = 0; kill < kills; kill++)
            {
                // Further on each time.
                int afterLines = _random.Next(1, 2 + (_told.Count * 2) + 20);
                Note(await RunAsync(host.BaseAddress, afterLines, TimeSpan.FromMilliseconds(_random.Next(0, 6))).ConfigureAwait(false));
                if (kill % LooksEvery == 0)
                {
                    LookAtFile();
                }
            }

            List<string> last = await RunAsync(host.BaseAddress, int.MaxValue, TimeSpan.Zero).ConfigureAwait(false);
            Unknown = last.Count(static line => line.StartsWith("refused", StringComparison.Ordinal));
            Note(last);
            LookAtFile();
        }

        Expect(twin.DuplicateWrites == 0, $"{twin.DuplicateWrites} writes took effect twice");
        Expect(_told.Values.Distinct(StringComparer.Ordinal).Count() == _told.Count, "two jobs have one result");
        Expect(_told.Count + Unknown == jobs, $"of {jobs} jobs {_told.Count} have a result and {Unknown} an unknown outcome");
        Expect(Unknown <= Kills, $"{Unknown} unknown outcomes after {Kills} kills, with one job at a time under way");
    }

    private static bool IsComplete(string line) => !line.StartsWith("done", StringComparison.Ordinal) || line.EndsWith('}');

    private void Expect(bool holds, string broken)
    {
        if (!holds)
        {
            _broken.Add(broken);
        }
    }

    private void Note(List<string> lines)
    {
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', 3);
            switch (words[0])
            {
                case "done":
                    // What was once acknowledged is the same for ever.
                    _told.TryAdd(words[1], words[2]);
                    Expect(_told[words[1]] == words[2], $"{words[1]} was {_told[words[1]]} and is {words[2]}");
                    break;
                case "refused":
                    Expect(!_told.ContainsKey(words[1]), $"{words[1]} had a result and lost it");
                    Expect(words[2] == nameof(IdempotencyConflictReason.OutcomeUnknown), line);
                    break;
                case "new":
                    int times = _added[words[1]] = _added.GetValueOrDefault(words[1]) + 1;
                    Expect(times == 1, $"{words[1]} was new {times} times");
                    break;
                default:
                    Expect(words[0] is "seen" or "end", line);
                    break;
            }
        }
    }

    /// <summary>The file is sound, and every key is either claimed or has its whole result.</summary>
    private void LookAtFile()
    {
        if (!File.Exists(file))
        {
            return;
        }

        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        Expect(Read(connection, "PRAGMA integrity_check") is "ok", "the file is damaged");
        Expect(
            Read(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'keys'") is 0L
            || Read(connection, "SELECT count(*) FROM keys WHERE (expires IS NULL) <> (result IS NULL)") is 0L,
            "a key is half-written");
    }

    private static object? Read(SqliteConnection connection, string query)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The queries are constants of this class.
        command.CommandText = query;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    /// <summary>The complete lines that a run said before it was killed.</summary>
    private async Task<List<string>> RunAsync(Uri address, int afterLines, TimeSpan delay)
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Handlers.Sqlite.Crasher.dll"), file, address.ToString(), jobs.ToString(CultureInfo.InvariantCulture) },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        Task<string> errors = child.StandardError.ReadToEndAsync(patience.Token);
        List<string> lines = [];
        try
        {
            while (await child.StandardOutput.ReadLineAsync(patience.Token).ConfigureAwait(false) is { } line)
            {
                lines.Add(line);
                if (lines.Count == afterLines)
                {
                    await Task.Delay(delay, TimeProvider.System, patience.Token).ConfigureAwait(false);
                    child.Kill();
                    Kills++;
                }
            }

            await child.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
            }
        }

        if (lines.Count < afterLines)
        {
            string said = await errors.ConfigureAwait(false);
            Expect(said.Length == 0, said);
            Expect(lines is [.., "end"], "a run that was not killed did not come to its end");
        }
        else if (lines is [.., var last] && !IsComplete(last))
        {
            // The pipe's end cut it off.
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }
}
