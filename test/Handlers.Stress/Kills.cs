using Handlers.Sqlite.Tests;

namespace Handlers.Stress;

/// <summary>The crash test of the durable store with as many kills as asked for: nothing acknowledged is lost, no key half-written, nothing happens twice.</summary>
internal static class Kills
{
    /// <summary>Twice as many jobs as kills, so that every part of the file is written under fire.</summary>
    private const int JobsPerKill = 2;
    private const int MostSaid = 20;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("handlers-kills-");
        try
        {
            var runs = new KilledRuns(Path.Combine(folder.FullName, "store.db"), arguments.Count * JobsPerKill, arguments.Seed);
            long start = TimeProvider.System.GetTimestamp();
            await runs.RunAsync(arguments.Count).ConfigureAwait(false);
            foreach (string broken in runs.Broken.Take(MostSaid))
            {
                await Console.Error.WriteLineAsync(broken).ConfigureAwait(false);
            }

            Console.WriteLine(
                $"seed {arguments.Seed}: {runs.Kills} kills, {runs.Told} results kept, {runs.Unknown} outcomes unknown, {runs.Broken.Count} invariants broken, "
                + $"{TimeProvider.System.GetElapsedTime(start).TotalSeconds:F0} s");
            return runs.Broken.Count == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
