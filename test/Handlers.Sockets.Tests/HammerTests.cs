using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>Many callers, faults and cancellations at once: the limits hold, and nothing is left behind.</summary>
[Trait("Requirement", "E8")]
public sealed class HammerTests
{
    private const int Tasks = 30;
    private const int CallsEach = 10;
    private const int Slots = 5;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Three_hundred_calls_through_five_slots(bool callersGiveUp)
    {
        var options = new GitHubTwinOptions { ServiceTimeOf = static request => TimeSpan.FromMilliseconds(request.Number % 7) };
        options.Faults.Add(TwinFault.Unavailable(0.05));
        options.Faults.Add(new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Probability = 0.04 });
        options.Faults.Add(new TwinFault(TwinFaultKind.ResetInBody) { Probability = 0.02 });
        options.Faults.Add(new TwinFault(TwinFaultKind.NoAnswer) { Probability = 0.02 });
        using var twin = new GitHubTwin(options);
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, Tune, name: "github");
        using HttpClient client = app.Create();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "t1");

        int[] succeeded = await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(() => CallAsync(client, task, callersGiveUp))));
        twin.Heal();
        using HttpRequestMessage last = Requests.Get("repos/acme/api/issues");
        using HttpResponseMessage answer = await client.SendAsync(last);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        succeeded.Sum().ShouldBeGreaterThan(Tasks * CallsEach / 3);
        app.Attempts.Peak.ShouldBeInRange(2, Slots);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
        if (!callersGiveUp)
        {
            // A call that was given up frees its slot at once, while the provider still works on it.
            twin.PeakInFlight.ShouldBeLessThanOrEqualTo(Slots);
        }
    }

    private static void Tune(ResilienceHandlersOptions options)
    {
        options.AttemptTimeout = TimeSpan.FromSeconds(1); // far above what an answer takes: one that is given up is still at work for the twin
        options.Pacing.MaxConcurrency = Slots;
        options.Pacing.Limits = "none";
        options.Pacing.Groups["writes"] = new PacingGroupOptions { MinInterval = TimeSpan.Zero };
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(50);
        options.Retry.BudgetMinimum = 1000;
        options.CircuitBreaker.FailureRatio = 1;
        options.CircuitBreaker.MinimumThroughput = 1000;
    }

    private static async Task<int> CallAsync(HttpClient client, int task, bool givesUp)
    {
        var random = new Random(task);
        int succeeded = 0;
        for (int i = 0; i < CallsEach; i++)
        {
            bool write = random.Next(10) == 0;
            using HttpRequestMessage request = write
                ? Requests.Post("repos/acme/api/issues/1/comments", $$"""{"body":"{{task}}/{{i}}"}""")
                : Requests.Get($"repos/acme/api/issues/{i}");
            using var caller = new CancellationTokenSource();
            if (givesUp && random.Next(4) == 0)
            {
                caller.CancelAfter(random.Next(150));
            }

            try
            {
                using HttpResponseMessage response = await client.SendAsync(request, caller.Token);
                succeeded += response.IsSuccessStatusCode ? 1 : 0;
            }
            catch (OperationCanceledException failure)
            {
                failure.CancellationToken.ShouldBe(caller.Token);
            }
            catch (HttpRequestException)
            {
                // A fault that came too often, or to a write.
            }
        }

        return succeeded;
    }
}
