using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Sockets.Tests;

/// <summary>The factory rebuilds the chain; two chains of one client, alive at once, are one client all the same (rule 7).</summary>
public sealed class RotationTests : IDisposable
{
    private readonly GenericTwin _twin = new(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });

    public void Dispose() => _twin.Dispose();

    [Fact]
    public async Task Two_chains_share_circuit_budget_and_quota()
    {
        await using TwinHost host = await TwinHost.StartAsync(_twin);
        using SocketApp app = Rotating(host);
        HttpMessageHandler old = app.CreateHandler();
        HttpMessageHandler young = old;
        SpinWait.SpinUntil(() => !ReferenceEquals(young = app.CreateHandler(), old), TimeSpan.FromSeconds(30)).ShouldBeTrue();
        using HttpMessageInvoker first = new(old, disposeHandler: false);
        using HttpMessageInvoker second = new(young, disposeHandler: false);

        // One connection pool each: these are two chains, down to the sockets.
        await SendAsync(first, host);
        await SendAsync(second, host);
        app.Connections.ShouldBe(2);

        // The budget holds one retry: the first chain takes it, the second finds none.
        _twin.Inject(new TwinFault(TwinFaultKind.Outage) { Times = 1 });
        CallReport retried = await SendAsync(first, host);
        _twin.Inject(new TwinFault(TwinFaultKind.Outage) { Times = 1 });
        CallReport notRetried = await SendAsync(second, host);
        retried.Attempts.ShouldBe(2);
        notRetried.GaveUp.ShouldBe("the retry budget is spent");
        await SendAsync(first, host);

        // The circuit opens at the second failure in a row, whichever chain it happens in.
        _twin.Inject(new TwinFault(TwinFaultKind.Outage) { Times = 2 });
        await SendAsync(first, host);
        await SendAsync(second, host);
        await Should.ThrowAsync<CircuitOpenException>(() => SendAsync(first, host));
        app.Monitor.Circuits.Single().State.ShouldBe(CircuitState.Open);
        app.Monitor.Reset("api");

        // The only slot: what one chain holds, the other waits for.
        using HttpRequestMessage holding = Request(host);
        using (HttpResponseMessage held = await first.SendAsync(holding, CancellationToken.None))
        {
            held.StatusCode.ShouldBe(HttpStatusCode.OK);
            await Should.ThrowAsync<QuotaRejectedException>(() => SendAsync(second, host));
        }

        await SendAsync(second, host);

        // A refusal to one closes the gate for the other.
        _twin.Inject(new TwinFault(TwinFaultKind.Outage) { RetryAfter = TimeSpan.FromSeconds(30), Times = 1 });
        await SendAsync(first, host);
        await Should.ThrowAsync<QuotaRejectedException>(() => SendAsync(second, host));
        _twin.Early.ShouldBe(0);
        _twin.DuplicateWrites.ShouldBe(0);
    }

    private static SocketApp Rotating(TwinHost host) => new(
        host.BaseAddress,
        options =>
        {
            options.Caching.Enabled = false;
            options.CircuitBreaker.FailureThreshold = 2;
            options.Retry.BudgetRatio = 0;
            options.Retry.BudgetMinimum = 1;
            options.Pacing.MaxConcurrency = 1;
            options.Pacing.MaxWait = TimeSpan.FromMilliseconds(200);
        },
        more: builder => builder.SetHandlerLifetime(TimeSpan.FromSeconds(1)));

    private static HttpRequestMessage Request(TwinHost host) => new(HttpMethod.Get, new Uri(host.BaseAddress, "things"));

    private static async Task<CallReport> SendAsync(HttpMessageInvoker chain, TwinHost host)
    {
        using HttpRequestMessage request = Request(host);
        using HttpResponseMessage response = await chain.SendAsync(request, CancellationToken.None);
        await response.Content.CopyToAsync(Stream.Null);
        return response.GetCallReport()!;
    }
}
