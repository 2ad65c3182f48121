namespace Handlers.Sqlite.Tests;

/// <summary>A process that writes, killed between any two of its steps and started again. More of it: <c>test/Handlers.Stress -- kills</c>.</summary>
public sealed class CrashTests
{
    private const int Kills = 20;
    private const int Jobs = 150;

    [Fact]
    public async Task Whenever_it_is_killed_no_result_is_lost_and_nothing_happens_twice()
    {
        using var file = new TemporaryFile();
        var runs = new KilledRuns(file.Path, Jobs, seed: 20261122);

        await runs.RunAsync(Kills);

        runs.Broken.ShouldBeEmpty();
        runs.Kills.ShouldBeGreaterThan(0);
        runs.Told.ShouldBeGreaterThanOrEqualTo(Jobs - Kills);
    }
}
