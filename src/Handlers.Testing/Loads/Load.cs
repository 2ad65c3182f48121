namespace Handlers.Testing;

/// <summary>
/// Calls to be made through a client over time. Run against a twin in virtual time it tells how well the client keeps to the limits:
/// what was refused, what it took, and what would have been possible.
/// </summary>
public sealed class Load
{
    /// <summary>Makes a load of the given calls.</summary>
    public Load(IEnumerable<LoadCall> calls) => Calls = [.. calls.OrderBy(static call => call.At)];

    /// <summary>The calls by the time at which they are made; those of one instant in their given order.</summary>
    public IReadOnlyList<LoadCall> Calls { get; }

    /// <summary>When everything still under way is cancelled, since the start; null: never. A client that never gives up would never end.</summary>
    internal Func<LoadOptimum, TimeSpan>? Patience { get; init; }

    /// <summary>So many calls at the start.</summary>
    /// <param name="calls">How many.</param>
    /// <param name="request">Makes the request of the call with this number, from 0.</param>
    /// <param name="deadline">How long an answer is of use; null: whenever it comes.</param>
    public static Load AtOnce(int calls, Func<int, HttpRequestMessage> request, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Load(Enumerable.Range(0, calls).Select(n => new LoadCall(TimeSpan.Zero, () => request(n)) { Deadline = deadline }));
    }

    /// <summary>So many calls a second, at even intervals.</summary>
    /// <param name="perSecond">Calls a second.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="request">Makes the request of the call with this number, from 0.</param>
    /// <param name="deadline">How long an answer is of use; null: whenever it comes.</param>
    public static Load Evenly(double perSecond, TimeSpan duration, Func<int, HttpRequestMessage> request, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Load(Enumerable.Range(0, (int)Math.Round(perSecond * duration.TotalSeconds)).Select(n =>
            new LoadCall(TimeSpan.FromSeconds(n / perSecond), () => request(n)) { Deadline = deadline }));
    }

    /// <summary>So many calls a second on average, each independent of the others.</summary>
    /// <param name="perSecond">Calls a second on average.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="random">Where the intervals come from; seeded, it makes the same load again.</param>
    /// <param name="request">Makes the request of the call with this number, from 0.</param>
    /// <param name="deadline">How long an answer is of use; null: whenever it comes.</param>
    public static Load Poisson(double perSecond, TimeSpan duration, Random random, Func<int, HttpRequestMessage> request, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(request);
        return new Load(PoissonArrivals(perSecond, duration, random).Select((at, n) => new LoadCall(at, () => request(n)) { Deadline = deadline }).ToList());
    }

    /// <summary>
    /// Makes the calls, each without waiting for the ones before, and drives <paramref name="time"/> until the last has ended.
    /// </summary>
    /// <param name="client">The client under test, with <paramref name="twin"/> as its innermost handler and <paramref name="time"/> as its clock.</param>
    /// <param name="twin">The provider; made for this load, since its faults count from its creation.</param>
    /// <param name="time">The clock of client and twin.</param>
    public async Task<LoadResult> RunAsync(HttpClient client, ProviderTwin twin, VirtualTime time)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(twin);
        ArgumentNullException.ThrowIfNull(time);
        LoadOptimum optimum = twin.OptimumOf(this, client);
        LoadOutcome[] outcomes = await time.RunAsync(() => MakeAsync(client, time, Patience?.Invoke(optimum)), "the load").ConfigureAwait(false);
        return new LoadResult(outcomes, twin, optimum);
    }

    /// <summary>The instants of a Poisson process.</summary>
    internal static IEnumerable<TimeSpan> PoissonArrivals(double perSecond, TimeSpan duration, Random random)
    {
        double at = 0;
        while (true)
        {
            at -= Math.Log(1 - random.NextDouble()) / perSecond;
            if (at >= duration.TotalSeconds)
            {
                yield break;
            }

            yield return TimeSpan.FromSeconds(at);
        }
    }

    private async Task<LoadOutcome[]> MakeAsync(HttpClient client, VirtualTime time, TimeSpan? patience)
    {
        using CancellationTokenSource? end = patience is { } span ? new(span, time) : null;
        long start = time.GetTimestamp();
        var calls = new List<Task<LoadOutcome>>(Calls.Count);
        foreach (LoadCall call in Calls)
        {
            TimeSpan wait = call.At - time.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time).ConfigureAwait(false);
            }

            calls.Add(MakeAsync(call, client, start, time, end?.Token ?? default));
        }

        return await Task.WhenAll(calls).ConfigureAwait(false);
    }

    private static async Task<LoadOutcome> MakeAsync(LoadCall call, HttpClient client, long start, VirtualTime time, CancellationToken end)
    {
        TimeSpan started = time.GetElapsedTime(start);
        int? status = null;
        bool succeeded = false;
        Exception? failure = null;
        using CancellationTokenSource? patience = call is { CancelsAtDeadline: true, Deadline: { } span } ? new(span, time) : null;
        try
        {
            using HttpRequestMessage request = call.Request();
            using HttpResponseMessage response = await client.SendAsync(request, patience?.Token ?? end).ConfigureAwait(false);
            status = (int)response.StatusCode;
            succeeded = call.Succeeded?.Invoke(response) ?? response.IsSuccessStatusCode;
        }
        catch (Exception e)
        {
            failure = e; // whatever a client may throw is how its call ended
        }

        TimeSpan ended = time.GetElapsedTime(start);
        return new LoadOutcome(call, started, ended, succeeded && !(ended - started > call.Deadline), status, failure);
    }
}
