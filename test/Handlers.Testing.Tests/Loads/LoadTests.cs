using System.Net;

namespace Handlers.Testing.Tests.Loads;

public sealed class LoadTests
{
    [Fact]
    public async Task Reckons_the_optimum_of_a_sliding_window()
    {
        LoadResult result = await RunAsync(new TwinLimit("requests", 10, TimeSpan.FromSeconds(10)), calls: 25);

        result.Optimum.Ok.ShouldBe(25);
        result.Optimum.Makespan.TotalSeconds.ShouldBe(20.14, 0.001);
    }

    [Fact]
    public async Task Reckons_the_optimum_of_a_bucket_that_refills()
    {
        LoadResult result = await RunAsync(new TwinLimit("requests", 10, TimeSpan.FromSeconds(10)) { Kind = TwinLimitKind.Bucket }, calls: 25);

        result.Optimum.Makespan.TotalSeconds.ShouldBe(15.14, 0.001);
    }

    [Fact]
    public async Task Reckons_the_optimum_of_a_limit_on_calls_at_once()
    {
        LoadResult result = await RunAsync(new TwinLimit("requests", 5, TimeSpan.Zero) { Kind = TwinLimitKind.Concurrency }, calls: 20);

        result.Optimum.Makespan.TotalSeconds.ShouldBe(0.44, 0.001);
    }

    [Fact]
    public async Task What_cannot_be_in_time_is_not_possible()
    {
        LoadResult result = await RunAsync(new TwinLimit("requests", 10, TimeSpan.FromSeconds(10)), calls: 25, deadline: TimeSpan.FromSeconds(12));

        result.Optimum.Ok.ShouldBe(20);
    }

    [Fact]
    public async Task Counts_what_a_client_without_pacing_is_refused()
    {
        LoadResult result = await RunAsync(new TwinLimit("requests", 10, TimeSpan.FromSeconds(10)), calls: 25);

        result.Ok.ShouldBe(10);
        result.Refused.ShouldBe(15);
        result.Sends.ShouldBe(25);
        result.MakespanRatio.ShouldBeNull();
        result.Outcomes.Count(outcome => outcome.Status == (int)HttpStatusCode.TooManyRequests).ShouldBe(15);
    }

    [Fact]
    public async Task A_call_that_outlives_its_deadline_is_overdue_and_not_ok()
    {
        var time = new VirtualTime();
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.FromSeconds(2) }, time);
        using HttpClient client = Plain(twin);
        Load load = Load.AtOnce(3, Get, deadline: TimeSpan.FromSeconds(1));

        LoadResult result = await load.RunAsync(client, twin, time);

        result.Overdue.ShouldBe(3);
        result.Ok.ShouldBe(0);
    }

    [Fact]
    public async Task An_outage_and_a_ramp_bound_what_is_possible()
    {
        var time = new VirtualTime();
        using var twin = new GenericTwin(
            new GenericTwinOptions
            {
                Faults = { TwinFault.Outage(TimeSpan.Zero, TimeSpan.FromSeconds(10)) },
                Capacities = { new TwinCapacity(10) { From = TimeSpan.FromSeconds(10) } },
            },
            time);
        using HttpClient client = Plain(twin);
        Load load = Load.AtOnce(100, Get, deadline: TimeSpan.FromSeconds(15));

        LoadResult result = await load.RunAsync(client, twin, time);

        result.Optimum.Ok.ShouldBe(50);
    }

    /// <remarks>Without a deadline nothing else would end the search for room.</remarks>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 1)]
    public async Task Where_there_will_never_be_room_nothing_is_possible(double perSecond, double failing)
    {
        var time = new VirtualTime();
        using var twin = new GenericTwin(
            new GenericTwinOptions
            {
                Faults = { new TwinFault(TwinFaultKind.Unavailable) { Probability = failing } },
                Capacities = { new TwinCapacity(perSecond) },
            },
            time);
        using HttpClient client = Plain(twin);

        LoadResult result = await Load.AtOnce(3, Get).RunAsync(client, twin, time);

        result.Optimum.Ok.ShouldBe(0);
    }

    [Fact]
    public async Task A_provider_that_is_shut_for_a_while_is_waited_for()
    {
        var time = new VirtualTime();
        using var twin = new GenericTwin(new GenericTwinOptions { Capacities = { new TwinCapacity(0) { Until = TimeSpan.FromSeconds(10) } } }, time);
        using HttpClient client = Plain(twin);

        LoadResult result = await Load.AtOnce(3, Get).RunAsync(client, twin, time);

        result.Optimum.Ok.ShouldBe(3);
        result.Optimum.Makespan.TotalSeconds.ShouldBeInRange(10, 10.5);
    }

    [Fact]
    public void The_same_seed_draws_the_same_arrivals()
    {
        TimeSpan[] first = [.. Load.Poisson(5, TimeSpan.FromMinutes(1), new Random(7), Get).Calls.Select(call => call.At)];
        TimeSpan[] second = [.. Load.Poisson(5, TimeSpan.FromMinutes(1), new Random(7), Get).Calls.Select(call => call.At)];

        first.ShouldBe(second);
        first.Length.ShouldBeInRange(200, 400);
    }

    private static HttpRequestMessage Get(int number) => new(HttpMethod.Get, $"things/{number}");

    private static HttpClient Plain(ProviderTwin twin) => new(twin, disposeHandler: false) { BaseAddress = twin.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };

    private static async Task<LoadResult> RunAsync(TwinLimit limit, int calls, TimeSpan? deadline = null)
    {
        var time = new VirtualTime();
        using var twin = new GenericTwin(new GenericTwinOptions { Limits = { limit } }, time);
        using HttpClient client = Plain(twin);
        return await Load.AtOnce(calls, Get, deadline).RunAsync(client, twin, time);
    }
}
