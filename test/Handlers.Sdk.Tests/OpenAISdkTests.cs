using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using Handlers.Sdk.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using OpenAI.Chat;

namespace Handlers.Sdk.Tests;

/// <summary>The unmodified OpenAI SDK over a named client, with a twin behind real sockets.</summary>
public sealed class OpenAISdkTests
{
    private const string Answer = "The quick brown fox jumps over the lazy dog.";

    [Fact]
    public async Task A_chat_is_answered()
    {
        using var twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress);
        ChatClient chat = Support.OpenAI.Chat(app.Create());

        ChatCompletion completion = await chat.CompleteChatAsync("hello");

        completion.Content[0].Text.ShouldBe(Answer);
        twin.Arrived.ShouldBe(1);
        app.Log.Named("SdkRetriesToo").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_synchronous_chat_is_answered()
    {
        using var twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress);
        ChatClient chat = Support.OpenAI.Chat(app.Create());

        ChatCompletion completion = await Task.Run(() => chat.CompleteChat("hello").Value);

        completion.Content[0].Text.ShouldBe(Answer);
    }

    [Fact]
    [Trait("Requirement", "D4")]
    public async Task A_stream_comes_piece_by_piece_past_the_deadline()
    {
        var total = TimeSpan.FromSeconds(10);
        var interval = TimeSpan.FromMilliseconds(300);
        var time = new VirtualTime();
        using var twin = Twin(options => (options.StreamPieces, options.StreamInterval) = (5, interval));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => options.TotalTimeout = total, time);
        ChatClient chat = Support.OpenAI.Chat(app.Create());
        long first = 0;
        var text = new StringBuilder();

        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync("hello"))
        {
            if (first == 0)
            {
                first = TimeProvider.System.GetTimestamp();
                time.Advance(2 * total);
            }

            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
        }

        text.ToString().ShouldBe(Answer);
        TimeProvider.System.GetElapsedTime(first).ShouldBeGreaterThan(interval, "the first piece came before the last was there");
        twin.Arrived.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_in_between_is_waited_out_unseen()
    {
        using var twin = Twin(options => (options.RequestsPerMinute, options.Period, options.RefusalsCost) = (3, TimeSpan.FromSeconds(6), false));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress);
        using HttpClient http = app.Create();
        ChatClient chat = Support.OpenAI.Chat(http);
        await Support.OpenAI.Chat(http, "gpt-5-mini").CompleteChatAsync("hello"); // the first call of a process takes its time, and what is spent comes back
        await Support.OpenAI.SpendAsync(host.BaseAddress, requests: 3);

        ChatCompletion completion = await chat.CompleteChatAsync("hello");

        completion.Content[0].Text.ShouldBe(Answer);
        twin.Refused.ShouldBe(1);
        twin.Early.ShouldBe(0);
    }

    [Fact]
    public async Task A_failure_in_between_is_repeated_with_the_same_body()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Times = 1 }));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress);
        ChatClient chat = Support.OpenAI.Chat(app.Create());

        ChatCompletion completion = await chat.CompleteChatAsync("hello");

        completion.Content[0].Text.ShouldBe(Answer);
        twin.Arrived.ShouldBe(2);
        twin.Executed.ShouldBe(2); // inference keeps no state: the provider's table calls a repetition safe
    }

    [Fact]
    public async Task Each_model_has_its_own_quota_although_the_sdk_hides_the_body()
    {
        using var twin = Twin(options => (options.RequestsPerMinute, options.Period, options.RefusalsCost) = (3, TimeSpan.FromMinutes(1), false));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => options.TotalTimeout = TimeSpan.FromMinutes(5));
        using HttpClient http = app.Create();
        await Support.OpenAI.SpendAsync(host.BaseAddress, requests: 3);

        using var cancel = new CancellationTokenSource();
        Task<ClientResult<ChatCompletion>> refused = Support.OpenAI.Chat(http, "gpt-5").CompleteChatAsync([new UserChatMessage("hello")], cancellationToken: cancel.Token);
        SpinWait.SpinUntil(() => twin.Refused > 0, TimeSpan.FromSeconds(30)).ShouldBeTrue();

        await Support.OpenAI.Chat(http, "gpt-5-mini").CompleteChatAsync("hello");

        refused.IsCompleted.ShouldBeFalse();
        twin.Refused.ShouldBe(1);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => refused);
    }

    [Fact]
    [Trait("Requirement", "D7")]
    public async Task Another_model_answers_when_a_models_quota_is_gone()
    {
        using var twin = Twin(options => (options.RequestsPerMinute, options.RefusalsCost) = (3, false));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => (options.Fallback.Models, options.Pacing.MaxWait) = ("gpt-5-mini", TimeSpan.FromSeconds(1)));
        ChatClient chat = Support.OpenAI.Chat(app.Create());
        await Support.OpenAI.SpendAsync(host.BaseAddress, requests: 3);

        ChatCompletion completion = await chat.CompleteChatAsync("hello");

        completion.Model.ShouldBe("gpt-5-mini");
        completion.Content[0].Text.ShouldBe(Answer);
        twin.Refused.ShouldBe(1);
    }

    [Fact]
    public async Task Cancellation_ends_a_call_that_waits_for_its_quota_at_once()
    {
        using var twin = Twin(options => (options.RequestsPerMinute, options.Period) = (1, TimeSpan.FromMinutes(1)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => options.TotalTimeout = TimeSpan.FromMinutes(5));
        ChatClient chat = Support.OpenAI.Chat(app.Create());
        await chat.CompleteChatAsync("hello");
        using var cancel = new CancellationTokenSource();
        using var queued = new ManualResetEventSlim();
        var progress = new Progress<ResilienceEvent>(told =>
        {
            if (told.Kind == ResilienceEventKind.Queued)
            {
                queued.Set();
            }
        });
        using IDisposable scope = CallOptions.BeginScope(new CallOptions { Progress = progress });

        Task<ClientResult<ChatCompletion>> waiting = chat.CompleteChatAsync([new UserChatMessage("hello")], cancellationToken: cancel.Token);
        queued.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        long start = TimeProvider.System.GetTimestamp();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);

        TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        twin.Arrived.ShouldBe(1);
        app.Log.Named("SdkTimeoutFired").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_that_no_wait_can_mend_surfaces_as_the_sdks_own_error()
    {
        using var twin = Twin();
        twin.InsufficientQuota = true;
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress);
        ChatClient chat = Support.OpenAI.Chat(app.Create());

        ClientResultException error = await Should.ThrowAsync<ClientResultException>(() => chat.CompleteChatAsync("hello"));

        error.Status.ShouldBe(429);
        error.Message.ShouldContain("insufficient_quota");
        twin.Arrived.ShouldBe(1);
    }

    [Fact]
    [Trait("Requirement", "C4")]
    public async Task Our_own_refusals_are_the_inner_exception_of_the_sdks()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.Outage)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => (options.Retry.MaxRetries, options.CircuitBreaker.FailureThreshold) = (0, 1));
        ChatClient chat = Support.OpenAI.Chat(app.Create());

        ClientResultException outage = await Should.ThrowAsync<ClientResultException>(() => chat.CompleteChatAsync("hello"));
        ClientResultException refusal = await Should.ThrowAsync<ClientResultException>(() => chat.CompleteChatAsync("hello"));

        outage.Status.ShouldBe(503);
        CircuitOpenException open = refusal.InnerException.ShouldBeOfType<CircuitOpenException>();
        open.RetryAt.ShouldNotBeNull();
        twin.Arrived.ShouldBe(1);
    }

    /// <summary>The SDK reads bodies itself, so what ends a body comes to the caller as it is.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_stalls_ends_at_its_limit_as_our_timeout(bool stream)
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.StalledBody) { Bytes = 40 }));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => (options.TotalTimeout, options.BodyIdleTimeout) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(0.5)));
        ChatClient chat = Support.OpenAI.Chat(app.Create());

        CallTimeoutException timeout = await Should.ThrowAsync<CallTimeoutException>(async () =>
        {
            if (stream)
            {
                await foreach (StreamingChatCompletionUpdate _ in chat.CompleteChatStreamingAsync("hello"))
                {
                }
            }
            else
            {
                await chat.CompleteChatAsync("hello");
            }
        });

        timeout.IsDeadline.ShouldBe(!stream);
        twin.Arrived.ShouldBe(1);
    }

    [Fact]
    public async Task A_scope_speaks_for_the_calls_of_its_client_and_for_no_others()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.Latency) { Delay = TimeSpan.FromMilliseconds(800) }));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress);
        ChatClient chat = Support.OpenAI.Chat(app.Create());
        var hurried = new CallOptions { Deadline = TimeSpan.FromMilliseconds(300) };

        ClientResultException late;
        using (CallOptions.BeginScope(hurried, client: "openai"))
        {
            late = await Should.ThrowAsync<ClientResultException>(() => chat.CompleteChatAsync("hello"));
        }

        ClientResult<ChatCompletion> inAnothersScope;
        using (CallOptions.BeginScope(hurried, client: "gemini"))
        {
            inAnothersScope = await chat.CompleteChatAsync("hello");
        }

        CallTimeoutException timeout = late.InnerException.ShouldBeOfType<CallTimeoutException>();
        timeout.IsDeadline.ShouldBeTrue();
        timeout.Limit.ShouldBe(TimeSpan.FromMilliseconds(300));
        inAnothersScope.Value.Content[0].Text.ShouldBe(Answer);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(0, 0)]
    public async Task The_sdks_own_retries_are_warned_about_once(int maxRetries, int warnings)
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.Outage)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => options.Retry.MaxRetries = 1);
        ChatClient chat = Support.OpenAI.Chat(app.Create(), new ClientRetryPolicy(maxRetries), TimeSpan.FromMinutes(30));

        await Should.ThrowAsync<ClientResultException>(() => chat.CompleteChatAsync("hello"));

        app.Log.Named("SdkRetriesToo").Count(text => text.Contains("OpenAI/2.15.0", StringComparison.Ordinal)).ShouldBe(warnings);
        twin.Arrived.ShouldBe(2 * (maxRetries + 1)); // this is what the warning is about
    }

    [Fact]
    public async Task An_sdks_timeout_below_ours_is_warned_about_once()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.NoAnswer)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => options.Retry.MaxRetries = 0);
        ChatClient chat = Support.OpenAI.Chat(app.Create(), new ClientRetryPolicy(0), TimeSpan.FromSeconds(0.3));

        await app.Log.UntilAsync("SdkTimeoutFired", () => Should.ThrowAsync<Exception>(() => chat.CompleteChatAsync("hello")), andMore: 2);

        app.Log.Named("SdkTimeoutFired").ShouldHaveSingleItem().ShouldContain("OpenAI/2.15.0");
    }

    [Fact]
    public async Task An_sdks_timeout_above_ours_is_not_warned_about()
    {
        using var twin = Twin(options => options.Faults.Add(new TwinFault(TwinFaultKind.NoAnswer)));
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SdkApp("openai", host.BaseAddress, options => (options.TotalTimeout, options.Retry.MaxRetries) = (TimeSpan.FromSeconds(0.5), 0));
        ChatClient chat = Support.OpenAI.Chat(app.Create(), new ClientRetryPolicy(0), TimeSpan.FromSeconds(30));

        for (int i = 0; i < 4; i++)
        {
            await Should.ThrowAsync<ClientResultException>(() => chat.CompleteChatAsync("hello"));
        }

        app.Log.Named("SdkTimeoutFired").ShouldBeEmpty();
    }

    private static OpenAITwin Twin(Action<OpenAITwinOptions>? configure = null)
    {
        var options = new OpenAITwinOptions { ServiceTime = TimeSpan.Zero };
        configure?.Invoke(options);
        return new OpenAITwin(options);
    }
}
