using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>A body that is still to come when the call is handed out: bounded by the deadline, or by silence where it streams.</summary>
public sealed class CallContentTests
{
    [Fact]
    public async Task A_body_that_stalls_after_three_bytes_ends_at_the_deadline()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:20")));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("abc").Stall(), "application/json"));

        await bench.Run(async client =>
        {
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.GetStringAsync("things"));

            thrown.IsDeadline.ShouldBeTrue();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(20));
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_knows_its_length_without_a_header_still_does()
    {
        using var bench = new Bench();
        bench.Wire.Answers(new HttpResponseMessage { Content = new StreamContent(new MemoryStream([1, 2, 3])) });

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);

            response.Content.Headers.ContentLength.ShouldBe(3);
            (await response.Content.ReadAsByteArrayAsync()).ShouldBe([1, 2, 3]);
        });
    }

    [Fact]
    public async Task Reading_on_after_the_deadline_of_a_body_that_holds_a_slot_is_told_at_once()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:20"), ("Pacing:MaxConcurrency", "1")));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("abc").Stall()));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[3]);
            await Task.Delay(TimeSpan.FromSeconds(30), bench.Time);

            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => stream.ReadAtLeastAsync(new byte[1], 1).AsTask());

            thrown.IsDeadline.ShouldBeTrue();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_caller_that_gives_a_read_up_just_after_the_deadline_is_not_thrown_at()
    {
        using var body = new StubbornStream();
        using var transport = new StubTransport(() => new StreamContent(body));
        using var bench = new Bench(
            settings: Settings.For("api", ("TotalTimeout", "00:00:20"), ("Pacing:MaxConcurrency", "1")),
            add: builder => builder.AddResilienceHandlers().ConfigurePrimaryHttpMessageHandler(() => transport));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            using var caller = new CancellationTokenSource();
            Task<int> reading = stream.ReadAsync(new byte[3], caller.Token).AsTask();
            await Task.Delay(TimeSpan.FromSeconds(21), bench.Time);

            Should.NotThrow(caller.Cancel);

            body.Release();
            await Should.ThrowAsync<OperationCanceledException>(() => reading);
        });
    }

    [Theory]
    [InlineData("application/json", "1")]
    [InlineData("application/json", "none")]
    [InlineData("text/event-stream", "1")]
    public async Task A_read_that_was_given_up_does_not_end_the_body_before_its_time(string mediaType, string slots)
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:20"), ("BodyIdleTimeout", "00:00:20"), ("Pacing:MaxConcurrency", slots)));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("abc").Wait(TimeSpan.FromSeconds(5)).Text("def").Stall(), mediaType));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[3]);
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => stream.ReadAtLeastAsync(new byte[3], 3, cancellationToken: impatient.Token).AsTask());

            await stream.ReadExactlyAsync(new byte[3]);
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => stream.ReadAtLeastAsync(new byte[1], 1).AsTask());

            thrown.IsDeadline.ShouldBe(mediaType == "application/json");
        });

        bench.Time.Elapsed.TotalSeconds.ShouldBeInRange(20, 27);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "D4")]
    public async Task An_event_stream_outlives_the_deadline_and_ends_after_silence()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:20"), ("BodyIdleTimeout", "00:00:08")));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(
            Trickled().Stall(), "text/event-stream"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            byte[] buffer = new byte[1];
            for (int i = 0; i < 5; i++)
            {
                (await stream.ReadAsync(buffer)).ShouldBe(1);
            }

            bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(35));
            await Should.ThrowAsync<CallTimeoutException>(() => stream.ReadAsync(buffer).AsTask());
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(43));
        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_slow_reader_of_an_event_stream_is_not_silence()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:20"), ("BodyIdleTimeout", "00:00:08")));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("12"), "text/event-stream"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            byte[] buffer = new byte[1];
            await stream.ReadExactlyAsync(buffer);
            await Task.Delay(TimeSpan.FromMinutes(2), bench.Time);

            (await stream.ReadAsync(buffer)).ShouldBe(1);
        });
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task A_body_can_be_read_again_after_its_end_without_async_too(string mediaType)
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("ab"), mediaType));

        int[] read = await bench.Time.RunSyncAsync(() =>
        {
            using HttpClient client = bench.Create();
            using HttpResponseMessage response = client.Send(new HttpRequestMessage(HttpMethod.Get, "things"), HttpCompletionOption.ResponseHeadersRead);
            using Stream body = response.Content.ReadAsStream();
            return Enumerable.Range(0, 5).Select(_ => body.ReadByte()).ToArray();
        });

        read.ShouldBe([(int)'a', 'b', -1, -1, -1]);
    }

    private static ScriptedBody Trickled() => "12345".Aggregate(
        new ScriptedBody(), static (body, digit) => body.Wait(TimeSpan.FromSeconds(7)).Text(digit.ToString()));
}
