using System.Net;
using System.Text;
using Handlers.Testing.Hosting;

namespace Handlers.Testing.Tests.Hosting;

public sealed class TwinHostTests : IDisposable
{
    private readonly HttpClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Twins_answer_over_sockets_under_the_real_apis_path()
    {
        using var github = new GitHubTwin(new GitHubTwinOptions { CoreLimit = 1, ServiceTime = TimeSpan.Zero });
        using var openai = new OpenAITwin(new OpenAITwinOptions { ServiceTime = TimeSpan.Zero, StreamInterval = TimeSpan.FromMilliseconds(1) });
        await using TwinHost host = await TwinHost.StartAsync(github, openai);
        _client.DefaultRequestHeaders.Authorization = new("Bearer", "t1");

        HttpResponseMessage ok = await _client.GetAsync(new Uri(host.BaseAddress, "user"));
        HttpResponseMessage refusal = await _client.GetAsync(new Uri(host.BaseAddress, "user"));
        using var body = new StringContent("""{"model":"gpt-5","stream":true,"messages":[]}""", Encoding.UTF8, "application/json");
        HttpResponseMessage stream = await _client.PostAsync(new Uri(host.AddressOf(openai), "chat/completions"), body);

        ok.StatusCode.ShouldBe(HttpStatusCode.OK);
        ok.Headers.Date.ShouldNotBeNull();
        refusal.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        refusal.Headers.NonValidated["x-ratelimit-remaining"].ToString().ShouldBe("0");
        stream.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/v1/chat/completions");
        stream.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await stream.Content.ReadAsStringAsync()).ShouldEndWith("data: [DONE]\n\n");
        github.Refused.ShouldBe(1);
    }

    [Fact]
    public async Task What_follows_a_refusal_at_once_is_not_counted_as_early()
    {
        using var twin = Twin(new TwinLimit("calls", 1, TimeSpan.FromSeconds(30)));
        await using TwinHost host = await TwinHost.StartAsync(twin);

        await _client.GetAsync(host.BaseAddress);
        await _client.GetAsync(host.BaseAddress);
        twin.EarlyGrace = TimeSpan.FromSeconds(20);
        await _client.GetAsync(host.BaseAddress);
        twin.Early.ShouldBe(0);
        twin.EarlyGrace = TimeSpan.Zero;
        await _client.GetAsync(host.BaseAddress);

        twin.Early.ShouldBe(1);
        twin.Refused.ShouldBe(3);
    }

    [Fact]
    public async Task Faults_are_what_they_are_on_a_wire()
    {
        using var twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);

        twin.Inject(new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Times = 1 });
        await Should.ThrowAsync<HttpRequestException>(() => _client.GetAsync(host.BaseAddress));
        twin.Executed.ShouldBe(1);

        twin.Inject(new TwinFault(TwinFaultKind.ResetInBody) { Times = 1 });
        HttpResponseMessage broken = await _client.GetAsync(host.BaseAddress, HttpCompletionOption.ResponseHeadersRead);
        broken.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Should.ThrowAsync<HttpRequestException>(() => broken.Content.ReadAsStringAsync());

        twin.Inject(new TwinFault(TwinFaultKind.StalledBody) { Times = 1 });
        HttpResponseMessage stalled = await _client.GetAsync(host.BaseAddress, HttpCompletionOption.ResponseHeadersRead);
        Stream body = await stalled.Content.ReadAsStreamAsync();
        byte[] three = new byte[3];
        await body.ReadExactlyAsync(three);
        Encoding.UTF8.GetString(three).ShouldBe("{\"i");
        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System))
        {
            await Should.ThrowAsync<OperationCanceledException>(() => body.ReadExactlyAsync(three, patience.Token).AsTask());
        }

        var executed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        twin.Inject(new TwinFault(TwinFaultKind.NoAnswer) { Times = 1, Match = _ => executed.TrySetResult() });
        using (var caller = new CancellationTokenSource())
        {
            Task<HttpResponseMessage> unanswered = _client.GetAsync(host.BaseAddress, caller.Token);
            await executed.Task;
            await caller.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => unanswered);
        }

        twin.Executed.ShouldBe(4);
        (await _client.GetStringAsync(host.BaseAddress)).ShouldContain("\"path\":\"/\"");
    }

    [Fact]
    public async Task A_closed_port_refuses_and_can_be_opened_again()
    {
        using var twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        Uri address = host.BaseAddress;

        await _client.GetAsync(address);
        await host.CloseAsync(twin);
        var error = await Should.ThrowAsync<HttpRequestException>(() => _client.GetAsync(address));
        await host.ReopenAsync(twin);
        HttpResponseMessage again = await _client.GetAsync(address);

        error.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static GenericTwin Twin(params TwinLimit[] limits)
    {
        var options = new GenericTwinOptions { ServiceTime = TimeSpan.Zero };
        Array.ForEach(limits, options.Limits.Add);
        return new GenericTwin(options);
    }
}
