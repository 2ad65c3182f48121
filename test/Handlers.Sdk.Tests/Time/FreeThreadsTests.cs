using Handlers.Testing;

namespace Handlers.Sdk.Tests.Time;

/// <summary>Virtual time where the pool has as many threads as a program's: its own tests leave it one.</summary>
public sealed class FreeThreadsTests
{
    [Fact]
    public async Task No_timer_overtakes_work_that_takes_long()
    {
        var time = new VirtualTime();
        bool isAtWork = true;
        bool isOvertaken = false;

        await time.RunAsync(async () =>
        {
            await using ITimer timer = time.CreateTimer(_ => isOvertaken = Volatile.Read(ref isAtWork), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            long start = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(3) && !Volatile.Read(ref isOvertaken))
            {
                Thread.SpinWait(1000);
            }

            Volatile.Write(ref isAtWork, false);
        });

        isOvertaken.ShouldBeFalse();
    }
}
