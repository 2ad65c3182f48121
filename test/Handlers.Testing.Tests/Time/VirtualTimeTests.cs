using System.Globalization;
using Polly;
using Polly.Retry;

namespace Handlers.Testing.Tests.Time;

public class VirtualTimeTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public void Starts_at_the_documented_instant() =>
        _time.GetUtcNow().ShouldBe(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Delays_end_in_order_and_at_their_instant()
    {
        List<string> log = [];

        await _time.RunAsync(() => Task.WhenAll(Wait("b", 2), Wait("a", 1), Wait("c", 3600)));

        log.ShouldBe(["a at 1", "b at 2", "c at 3600"]);

        async Task Wait(string name, int seconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), _time);
            log.Add($"{name} at {_time.Elapsed.TotalSeconds}");
        }
    }

    [Fact]
    public async Task Work_queued_by_one_timer_is_done_before_the_next_fires()
    {
        List<int> log = [];

        await _time.RunAsync(async () =>
        {
            Task late = Task.Delay(TimeSpan.FromMilliseconds(1001), _time).ContinueWith(_ => log.Add(-1), TaskScheduler.Default);
            await Task.Delay(TimeSpan.FromMilliseconds(1000), _time);
            for (int i = 0; i < 100; i++)
            {
                await Task.Yield();
                log.Add(i);
            }

            await late;
        });

        log.ShouldBe([.. Enumerable.Range(0, 100), -1]);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_run()
    {
        string first = await Trace(seed: 7);
        string second = await Trace(seed: 7);
        string other = await Trace(seed: 8);

        (second == first).ShouldBeTrue();
        (other == first).ShouldBeFalse();

        static async Task<string> Trace(int seed)
        {
            var time = new VirtualTime();
            var random = new Random(seed);
            List<string> log = [];
            using var gate = new SemaphoreSlim(3);
            await time.RunAsync(() => Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
            {
                for (int n = 0; n < 20; n++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(5)), time);
                    await gate.WaitAsync();
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(3)), time);
                    log.Add(string.Create(CultureInfo.InvariantCulture, $"{time.Elapsed.Ticks}:{i}"));
                    gate.Release();
                }
            })));
            return string.Join(' ', log);
        }
    }

    [Fact]
    public async Task This_project_leaves_one_thread_to_its_tests()
    {
        await _time.SettleAsync();

        VirtualTime.IsRepeatable.ShouldBeTrue("The test host keeps another number of threads than test/Directory.Build.props says.");
    }

    [Fact]
    public async Task Advancing_fires_what_is_due_and_stops_at_the_instant()
    {
        List<int> fired = [];
        await using ITimer timer = _time.CreateTimer(_ => fired.Add((int)_time.Elapsed.TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        await _time.AdvanceAsync(TimeSpan.FromSeconds(5.5));

        fired.ShouldBe([1, 3, 5]);
        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(5.5));
    }

    [Fact]
    public async Task Advancing_inside_a_run_is_a_wait_like_any_other()
    {
        await _time.RunAsync(async () =>
        {
            Task later = Task.Delay(TimeSpan.FromSeconds(2), _time);
            await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
            later.IsCompleted.ShouldBeFalse();
            await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
            later.IsCompleted.ShouldBeTrue();
        });

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Advancing_synchronously_fires_timers_on_the_calling_thread()
    {
        int thread = 0;
        using ITimer timer = _time.CreateTimer(_ => thread = Environment.CurrentManagedThreadId, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(1));

        thread.ShouldBe(Environment.CurrentManagedThreadId);
        _time.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_timer_can_be_changed_stopped_and_disposed()
    {
        int fired = 0;
        ITimer timer = _time.CreateTimer(_ => fired++, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        await _time.AdvanceAsync(TimeSpan.FromHours(1));
        fired.ShouldBe(0);

        timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)).ShouldBeTrue();
        await _time.AdvanceAsync(TimeSpan.FromSeconds(2));
        fired.ShouldBe(2);

        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan).ShouldBeTrue();
        await _time.AdvanceAsync(TimeSpan.FromSeconds(2));
        fired.ShouldBe(2);

        await timer.DisposeAsync();
        timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan).ShouldBeFalse();
        _time.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public async Task A_timer_may_be_set_while_another_fires()
    {
        List<int> fired = [];
        await using ITimer first = _time.CreateTimer(
            _ =>
            {
                fired.Add(1);
                _time.CreateTimer(_ => fired.Add(2), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            },
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);

        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));

        fired.ShouldBe([1, 2]);
    }

    [Fact]
    public void Waits_the_system_refuses_are_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => _time.CreateTimer(_ => { }, null, TimeSpan.FromDays(60), Timeout.InfiniteTimeSpan));

    [Fact]
    public async Task A_timer_sees_its_creators_async_locals()
    {
        AsyncLocal<string> local = new() { Value = "creator" };
        string? seen = null;
        await using ITimer timer = _time.CreateTimer(_ => seen = local.Value, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        local.Value = "later";

        await _time.AdvanceAsync(TimeSpan.FromSeconds(1));

        seen.ShouldBe("creator");
    }

    [Fact]
    public async Task Token_sources_and_periodic_timers_follow_it()
    {
        int ticks = 0;

        await _time.RunAsync(async () =>
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(3.5), _time);
            using var periodic = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
            try
            {
                while (await periodic.WaitForNextTickAsync(cancel.Token))
                {
                    ticks++;
                }
            }
            catch (OperationCanceledException)
            {
            }
        });

        ticks.ShouldBe(3);
        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3.5));
        _time.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Polly_waits_in_it()
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = _time };
        ResiliencePipeline pipeline = builder.AddRetry(new RetryStrategyOptions { Delay = TimeSpan.FromSeconds(10), MaxRetryAttempts = 2, BackoffType = DelayBackoffType.Exponential }).Build();
        int runs = 0;

        await _time.RunAsync(async () => await pipeline.ExecuteAsync(_ => ++runs < 3 ? throw new HttpRequestException() : ValueTask.CompletedTask));

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_wall_clock_jump_moves_no_timer_and_no_timestamp()
    {
        Task delay = Task.Delay(TimeSpan.FromSeconds(10), _time);

        _time.JumpWallClock(TimeSpan.FromHours(-1));
        await _time.UntilAsync(delay);

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
        _time.GetUtcNow().ShouldBe(new DateTimeOffset(2026, 11, 21, 11, 0, 10, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_wait_that_nothing_can_end_is_reported()
    {
        var never = new TaskCompletionSource();

        var error = await Should.ThrowAsync<InvalidOperationException>(() => _time.RunAsync(() => never.Task));

        error.Message.ShouldContain("stands still at 2026-11-21T12:00:00");
        error.Message.ShouldContain("never.Task");
    }

    [Fact]
    public async Task Failures_come_through()
    {
        (await Should.ThrowAsync<FormatException>(() => _time.RunAsync(() => Task.FromException(new FormatException())))).ShouldNotBeNull();
        (await Should.ThrowAsync<FormatException>(() => _time.RunSyncAsync<int>(() => throw new FormatException()))).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_thread_holds_time_until_it_waits_or_ends()
    {
        TimeSpan wokeAt = default;
        TimeSpan endedAt = default;

        await _time.RunSyncAsync(() =>
        {
            Spin();
            _time.Elapsed.ShouldBe(TimeSpan.Zero);
            using var wake = new ManualResetEventSlim();
            using ITimer timer = _time.CreateTimer(_ => wake.Set(), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
            Task other = Task.Delay(TimeSpan.FromSeconds(5.001), _time);
            wake.Wait();
            wokeAt = _time.Elapsed;
            Spin();
            other.IsCompleted.ShouldBeFalse();
            other.Wait();
            endedAt = _time.Elapsed;
            return true;
        });

        wokeAt.ShouldBe(TimeSpan.FromSeconds(5));
        endedAt.ShouldBe(TimeSpan.FromSeconds(5.001));

        // Long enough for a driver that does not look to run away.
        static void Spin() => Thread.SpinWait(1_000_000);
    }

    [Fact]
    public async Task Threads_and_tasks_share_one_clock()
    {
        List<string> log = [];

        await _time.RunAsync(async () =>
        {
            Task<bool>[] threads = [.. Enumerable.Range(1, 4).Select(i => _time.StartThread(() =>
            {
                for (int n = 0; n < 25; n++)
                {
                    Task.Delay(TimeSpan.FromMilliseconds(10 + i), _time).Wait();
                    lock (log)
                    {
                        log.Add($"{_time.Elapsed.TotalMilliseconds} {i}");
                    }
                }

                return true;
            }))];
            await Task.WhenAll(threads);
        });

        string[] expected = [.. from i in Enumerable.Range(1, 4) from n in Enumerable.Range(1, 25) select $"{n * (10 + i)} {i}"];
        log.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_blocked_thread_is_named_when_time_stands_still()
    {
        var never = new TaskCompletionSource();

        var error = await Should.ThrowAsync<InvalidOperationException>(() => _time.RunSyncAsync(() => never.Task.Wait(Timeout.Infinite)));
        never.SetResult();

        error.Message.ShouldContain("the thread \"() => never.Task.Wait(Timeout.Infinite)\", which is blocked");
    }

    [Fact]
    public async Task A_hundred_thousand_events_pass_quickly()
    {
        var clock = TimeProvider.System;
        long start = clock.GetTimestamp();

        await _time.RunAsync(() => Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            for (int n = 0; n < 1000; n++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(i + n), _time);
            }
        })));

        _time.FiredTimers.ShouldBeGreaterThan(99_000);
        clock.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(10)); // a fifth of a second where it was measured
    }

    [Fact]
    public async Task Cancelled_timeouts_do_not_pile_up()
    {
        await _time.RunAsync(async () =>
        {
            for (int n = 0; n < 10_000; n++)
            {
                using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(100), _time);
                await Task.Delay(TimeSpan.FromMilliseconds(1), _time, timeout.Token);
            }
        });

        _time.ActiveTimers.ShouldBe(0);
    }
}
