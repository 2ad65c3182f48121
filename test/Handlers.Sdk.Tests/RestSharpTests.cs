using System.Net;
using Handlers.Sdk.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using RestSharp;

namespace Handlers.Sdk.Tests;

/// <summary>Unmodified RestSharp over a named client, with a twin behind real sockets.</summary>
public sealed class RestSharpTests
{
    [Fact]
    public async Task A_read_is_answered_and_the_clients_timeout_stays_infinite()
    {
        using var twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress);
        using HttpClient http = app.Create();
        using var rest = Rest(http);

        RestResponse response = await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.ShouldNotBeNullOrEmpty();
        http.Timeout.ShouldBe(Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public async Task A_refusal_in_between_is_waited_out_unseen()
    {
        using var twin = Twin(options => (options.AnonymousLimit, options.Window) = (2, TimeSpan.FromSeconds(3)));
        await WarmUpAsync(); // the first call of a process takes its time, and the window is short
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress);
        using var rest = Rest(app.Create());
        using (var bare = new HttpClient { BaseAddress = host.BaseAddress })
        {
            (await bare.GetAsync(new Uri("repos/o/r", UriKind.Relative))).Dispose();
            (await bare.GetAsync(new Uri("repos/o/r", UriKind.Relative))).Dispose();
        }

        RestResponse response = await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        twin.Refused.ShouldBe(1);
        twin.Early.ShouldBe(0);
    }

    [Fact]
    public async Task A_write_whose_outcome_is_unknown_is_not_repeated()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Times = 1 }));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress);
        using var rest = Rest(app.Create());

        RestResponse response = await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1/comments", Method.Post).AddJsonBody(new { body = "hello" }));

        response.ResponseStatus.ShouldBe(ResponseStatus.Error);
        response.ErrorException.ShouldBeAssignableTo<HttpRequestException>();
        twin.Arrived.ShouldBe(1);
    }

    [Fact]
    public async Task A_download_is_read_as_it_comes()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.SlowBody) { Bytes = 50, Delay = TimeSpan.FromMilliseconds(20) }));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress);
        using var rest = Rest(app.Create());

        await using Stream? body = await rest.DownloadStreamAsync(new RestRequest("repos/o/r/issues/1"));
        using var reader = new StreamReader(body.ShouldNotBeNull());

        (await reader.ReadToEndAsync()).ShouldStartWith("{");
    }

    [Fact]
    public async Task Cancellation_is_told_in_RestSharps_own_way()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.NoAnswer)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress);
        using var rest = Rest(app.Create());
        using var cancel = new CancellationTokenSource();

        Task<RestResponse> call = rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"), cancel.Token);
        SpinWait.SpinUntil(() => twin.Arrived > 0, TimeSpan.FromSeconds(30)).ShouldBeTrue();

        await cancel.CancelAsync();

        (await call).ResponseStatus.ShouldBe(ResponseStatus.Aborted);
    }

    [Fact]
    [Trait("Requirement", "C4")]
    public async Task An_open_circuit_is_the_responses_error()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.Outage)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress, options => (options.Retry.MaxRetries, options.CircuitBreaker.FailureThreshold) = (0, 1));
        using var rest = Rest(app.Create());

        RestResponse outage = await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"));
        RestResponse refusal = await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"));

        outage.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refusal.ErrorException.ShouldBeOfType<CircuitOpenException>().RetryAt.ShouldNotBeNull();
        twin.Arrived.ShouldBe(1);
    }

    [Fact]
    public async Task A_scope_speaks_for_the_calls_of_its_client()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.Outage)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress, options => options.Retry.MaxRetries = 2);
        using var rest = Rest(app.Create());

        using (CallOptions.BeginScope(new CallOptions { MaxRetries = 0 }, client: "github"))
        {
            await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"));
        }

        int inScope = twin.Arrived;
        await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"));

        inScope.ShouldBe(1);
        twin.Arrived.ShouldBe(1 + 3);
    }

    [Fact]
    [Trait("Requirement", "A8")]
    public async Task A_write_in_a_scope_with_a_key_happens_once()
    {
        using var twin = new InstantlyTwin(new InstantlyTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("instantly", host.BaseAddress);
        using var rest = Rest(app.Create());
        List<RestResponse> responses = [];

        for (int i = 0; i < 2; i++)
        {
            using IDisposable scope = CallOptions.BeginScope(new CallOptions { IdempotencyKey = "job-42", Account = "acme" }, client: "instantly");
            responses.Add(await rest.ExecuteAsync(new RestRequest("leads", Method.Post).AddJsonBody(new { email = "ada@example.com", campaign = "c1" })));
        }

        responses.ShouldAllBe(response => response.StatusCode == HttpStatusCode.OK);
        responses[1].Content.ShouldBe(responses[0].Content);
        responses[1].Headers!.ShouldContain(header => header.Name == "Idempotent-Replayed");
        twin.Executed.ShouldBe(1);
    }

    [Fact]
    public async Task A_timeout_below_ours_is_warned_about_once()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.NoAnswer)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress);
        using var rest = new RestClient(app.Create(), new RestClientOptions { Timeout = TimeSpan.FromMilliseconds(300) });

        await app.Log.UntilAsync(
            "SdkTimeoutFired",
            async () => (await rest.ExecuteAsync(new RestRequest("repos/o/r/issues/1"))).ResponseStatus.ShouldBe(ResponseStatus.TimedOut),
            andMore: 2);

        app.Log.Named("SdkTimeoutFired").ShouldHaveSingleItem().ShouldContain("RestSharp/");
    }

    private static async Task WarmUpAsync()
    {
        using var twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("github", host.BaseAddress);
        using var rest = Rest(app.Create());
        await rest.ExecuteAsync(new RestRequest("repos/o/r"));
    }

    private static RestClient Rest(HttpClient http) => new(http, new RestClientOptions { Timeout = TimeSpan.FromMinutes(10) });

    private static GitHubTwin Twin(Action<GitHubTwinOptions>? configure = null)
    {
        var options = new GitHubTwinOptions { ServiceTime = TimeSpan.Zero };
        configure?.Invoke(options);
        return new GitHubTwin(options);
    }
}
