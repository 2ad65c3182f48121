using System.Net;

namespace Handlers.Testing.Tests.Twins;

public class OpenAITwinTests
{
    [Fact]
    public async Task Buckets_are_full_at_the_start_and_headers_tell_the_time_until_full()
    {
        using var bench = Bench(options => options.ServiceTime = TimeSpan.Zero);

        await bench.Run(async () =>
        {
            HttpResponseMessage answer = await bench.Post("chat/completions", Chat(400, 100));

            answer.Header("x-ratelimit-limit-requests").ShouldBe("500");
            answer.Header("x-ratelimit-remaining-requests").ShouldBe("499");
            answer.Header("x-ratelimit-reset-requests").ShouldBe("120ms");
            answer.Header("x-ratelimit-limit-tokens").ShouldBe("200000");
            answer.Header("x-ratelimit-remaining-tokens").ShouldBe("199800");
            answer.Header("x-ratelimit-reset-tokens").ShouldBe("60ms");
            (await answer.Content.ReadAsStringAsync()).ShouldContain("\"total_tokens\":200");
        });
    }

    [Fact]
    public async Task Too_many_tokens_are_refused_with_the_exact_wait_and_cost_a_request()
    {
        using var bench = Bench(options => options.TokensPerMinute = 6000);

        await bench.Run(async () =>
        {
            await bench.Post("chat/completions", Chat(0, 5900));
            HttpResponseMessage refusal = await bench.Post("chat/completions", Chat(0, 1100));

            refusal.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            refusal.Header("retry-after").ShouldBe("10");
            refusal.Header("retry-after-ms").ShouldBe("9860");
            refusal.Header("x-ratelimit-remaining-requests").ShouldBe("499"); // two taken, more than one refilled
            string body = await refusal.Content.ReadAsStringAsync();
            body.ShouldContain("Rate limit reached for gpt-5 in organization org-twin on tokens per min (TPM): Limit 6000, Used 5886, Requested 1100. Please try again in 9.86s.");
            body.ShouldContain("\"type\":\"tokens\"");

            await bench.Wait(9.82);
            (await bench.Post("chat/completions", Chat(0, 1100))).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Early.ShouldBe(0);
    }

    [Fact]
    public async Task A_refund_comes_when_the_usage_is_known()
    {
        using var bench = Bench(options =>
        {
            options.TokensPerMinute = 600;
            options.ServiceTime = TimeSpan.Zero;
            options.UsedTokensOf = _ => 100;
            options.RefundsToUsage = true;
        });

        await bench.Run(async () =>
        {
            HttpResponseMessage answer = await bench.Post("chat/completions", Chat(0, 500));
            answer.Header("x-ratelimit-remaining-tokens").ShouldBe("500");
        });
    }

    [Fact]
    public async Task What_can_never_fit_says_so()
    {
        using var bench = Bench(options => options.TokensPerMinute = 30_000);

        await bench.Run(async () =>
        {
            HttpResponseMessage answer = await bench.Post("chat/completions", Chat(0, 31_538));
            answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            answer.Header("retry-after").ShouldBe("");
            (await answer.Content.ReadAsStringAsync()).ShouldContain("Request too large for gpt-5 in organization org-twin on tokens per min (TPM): Limit 30000, Requested 31538.");
        });
    }

    [Fact]
    public async Task Each_model_has_its_own_buckets()
    {
        using var bench = Bench(options => options.RequestsPerMinute = 1);

        await bench.Run(async () =>
        {
            (await bench.Post("responses", """{"model":"a","input":"x"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await bench.Post("responses", """{"model":"a","input":"x"}""")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await bench.Post("responses", """{"model":"b","input":"x"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Quotas["a"].ShouldBe(new TwinQuotaCount(Admitted: 1, Refused: 1, Early: 0));
    }

    [Fact]
    public async Task A_stream_trickles_and_ends_with_done()
    {
        using var bench = Bench();

        await bench.Run(async () =>
        {
            HttpResponseMessage answer = await bench.Post("chat/completions", """{"model":"gpt-5","stream":true,"messages":[{"role":"user","content":"hi"}]}""");
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
            string[] events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            events.Length.ShouldBe(7);
            events[^1].ShouldBe("data: [DONE]");
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromMilliseconds(140 + (5 * 50)));
    }

    [Fact]
    public async Task An_empty_purse_is_no_matter_of_pace()
    {
        using var bench = Bench();
        bench.Twin.InsufficientQuota = true;

        await bench.Run(async () =>
        {
            HttpResponseMessage answer = await bench.Post("chat/completions", Chat(4, 1));
            answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("\"code\":\"insufficient_quota\"");
        });
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(20, "20ms")]
    [InlineData(1000, "1s")]
    [InlineData(8640, "8.64s")]
    [InlineData(72_500, "1m12.5s")]
    [InlineData(360_000, "6m0s")]
    [InlineData(5_400_000, "1h30m0s")]
    public void Durations_look_as_in_Go(int milliseconds, string expected) =>
        OpenAITwin.Duration(milliseconds * TimeSpan.TicksPerMillisecond).ShouldBe(expected);

    private static string Chat(int characters, int output) =>
        $$"""{"model":"gpt-5","max_tokens":{{output}},"messages":[{"role":"user","content":"{{new string('x', characters)}}"}]}""";

    private static TwinBench<OpenAITwin> Bench(Action<OpenAITwinOptions>? configure = null)
    {
        var options = new OpenAITwinOptions { NetworkSpread = TimeSpan.Zero };
        configure?.Invoke(options);
        return new TwinBench<OpenAITwin>(time => new OpenAITwin(options, time));
    }
}
