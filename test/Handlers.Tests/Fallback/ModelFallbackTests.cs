using System.Net;
using System.Text;
using System.Text.Json;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Fallback;

public sealed class ModelFallbackTests
{
    private const string NoQuota = """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""";

    [Fact]
    [Trait("Requirement", "D7")]
    public async Task The_next_model_answers_when_the_quota_is_gone()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "gpt-5-mini, gpt-5-nano")));
        bench.Wire.OnEach(attempt => ModelOf(attempt) switch
        {
            "gpt-5" => ScriptedAnswer.Status(429).Json(NoQuota),
            "gpt-5-mini" => ScriptedAnswer.Status(429).Json(NoQuota),
            _ => ScriptedAnswer.Status(200).Text("from nano"),
        });

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.SendAsync(Chat("gpt-5"));

            (await response.Content.ReadAsStringAsync()).ShouldBe("from nano");
            CallReport report = response.GetCallReport()!;
            report.AnsweredBy.ShouldBe("model gpt-5-nano");
            report.Attempts.ShouldBe(2);
            report.History.Select(attempt => (attempt.Number, attempt.Status)).ShouldBe([(1, 429), (2, 200)]);
        });

        bench.Wire.Attempts.Select(ModelOf).ShouldBe(["gpt-5", "gpt-5-mini", "gpt-5-nano"]);
        bench.Wire.Attempts[1].BodyText.ShouldBe(bench.Wire.Attempts[0].BodyText.Replace("gpt-5", "gpt-5-mini", StringComparison.Ordinal));
        bench.Wire.Undisposed.ShouldBe(0);
        bench.Log.Named("FellBack").ShouldHaveSingleItem().Text.ShouldContain("gpt-5-nano");
        bench.Log.Named("FallbackFailed").ShouldHaveSingleItem();
    }

    [Fact]
    [Trait("Requirement", "D7")]
    public async Task The_model_in_a_path_is_replaced_too()
    {
        using var bench = new Bench("gemini", settings: Settings.For("gemini", ("Fallback:Models", "gemini-2.5-flash"), ("Retry:MaxRetries", "1")));
        bench.Wire.OnEach(attempt => attempt.Uri.AbsolutePath.Contains("2.5-pro", StringComparison.Ordinal) ? ScriptedAnswer.Status(503) : HttpStatusCode.OK);

        await bench.Run(client => client.PostAsync("v1beta/models/gemini-2.5-pro:generateContent?alt=json", new StringContent("{}", Encoding.UTF8, "application/json")));

        bench.Wire.Attempts.Select(attempt => attempt.Uri.PathAndQuery).ShouldBe(
        [
            "/v1beta/models/gemini-2.5-pro:generateContent?alt=json", "/v1beta/models/gemini-2.5-pro:generateContent?alt=json",
            "/v1beta/models/gemini-2.5-flash:generateContent?alt=json",
        ]);
    }

    [Fact]
    public async Task A_request_for_a_model_of_the_list_goes_on_behind_it()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "a, b, c")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).Json(NoQuota));

        await bench.Run(client => client.SendAsync(Chat("b")));

        bench.Wire.Attempts.Select(ModelOf).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task When_nobody_can_the_first_answer_is_handed_on_undisposed()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "b")));
        bench.Wire.OnEach(attempt => ModelOf(attempt) == "a" ? ScriptedAnswer.Status(429).Json(NoQuota) : ScriptedAnswer.Status(404).Text("no such model"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.SendAsync(Chat("a"));

            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await response.Content.ReadAsStringAsync()).ShouldBe(NoQuota);
            response.GetCallReport()!.AnsweredBy.ShouldBeNull();
        });
    }

    [Fact]
    public async Task An_open_circuit_is_answered_without_asking_it()
    {
        using var bench = new Bench("openai", settings: Settings.For(
            "openai", ("Fallback:Models", "b"), ("Retry:MaxRetries", "0"), ("CircuitBreaker:FailureThreshold", "1"), ("Fallback:Enabled", "false")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            await client.SendAsync(Chat("a"));
            bench.Settings.Edit(Settings.Key("openai", "Fallback:Enabled"), "true");

            // The other model lives behind the same circuit: it can't help either, and that is what the caller learns.
            await Should.ThrowAsync<CircuitOpenException>(client.SendAsync(Chat("a")));
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_other_model_does_not_wait_for_the_slot_of_the_answer_it_stands_in_for(bool synchronous)
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "gpt-5-mini"), ("Pacing:MaxConcurrency", "1")));
        bench.Wire.OnEach(attempt => ModelOf(attempt) == "gpt-5" ? ScriptedAnswer.Status(429).Json(NoQuota) : ScriptedAnswer.Status(200).Text("from mini"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = synchronous
                ? await bench.Time.StartThread(() => client.Send(Chat("gpt-5")))
                : await client.SendAsync(Chat("gpt-5"));

            response.GetCallReport()!.AnsweredBy.ShouldBe("model gpt-5-mini");
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    public async Task A_request_that_is_at_fault_itself_is_nobody_elses(int status)
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "b")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(status));

        await bench.Run(client => client.SendAsync(Chat("a")));

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task All_happens_inside_the_calls_deadline()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "b"), ("TotalTimeout", "00:00:10"), ("AttemptTimeout", "00:00:10"), ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(attempt => ModelOf(attempt) == "a"
            ? ScriptedAnswer.Status(429).Json(NoQuota).After(TimeSpan.FromSeconds(8))
            : ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(8)));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.SendAsync(Chat("a"));
            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            bench.Time.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.05));
        });
    }

    [Fact]
    public async Task A_stream_of_the_other_model_streams()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "b"), ("BodyIdleTimeout", "00:00:05")));
        bench.Wire.OnEach(attempt => ModelOf(attempt) == "a"
            ? ScriptedAnswer.Status(429).Json(NoQuota)
            : ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("data: 1\n\n").Wait(TimeSpan.FromSeconds(4)).Text("data: 2\n\n"), "text/event-stream"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.SendAsync(Chat("a"), HttpCompletionOption.ResponseHeadersRead);
            bench.Time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
            (await response.Content.ReadAsStringAsync()).ShouldBe("data: 1\n\ndata: 2\n\n");
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task Synchronous_calls_fall_back_too()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "b")));
        bench.Wire.OnEach(attempt => ModelOf(attempt) == "a" ? ScriptedAnswer.Status(429).Json(NoQuota) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await bench.Time.StartThread(() => client.Send(Chat("a")));
            response.GetCallReport()!.AnsweredBy.ShouldBe("model b");
        });
    }

    [Fact]
    public async Task The_other_request_carries_a_key_that_follows_from_the_first()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "b"), ("Idempotency:HeaderName", "Idempotency-Key")));
        bench.Wire.OnEach(attempt => ModelOf(attempt) == "a" ? ScriptedAnswer.Status(429).Json(NoQuota) : ScriptedAnswer.Status(200).Text("b"));

        await bench.Run(async client =>
        {
            for (int i = 0; i < 2; i++)
            {
                HttpRequestMessage request = Chat("a");
                request.SetCallOptions(new CallOptions { IdempotencyKey = "k" });
                using HttpResponseMessage response = await client.SendAsync(request);
                (await response.Content.ReadAsStringAsync()).ShouldBe("b");
                response.GetCallReport()!.IsReplayed.ShouldBe(i == 1);
            }
        });

        bench.Wire.Attempts.Select(attempt => attempt.Headers["Idempotency-Key"]).ShouldBe(["k", "k/1"]);
    }

    [Theory]
    [InlineData("a,,b", "\"\" is no model's name")]
    [InlineData("a, b, a", "stands there twice")]
    public async Task A_list_that_is_wrong_says_where_and_why(string models, string why)
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", models)));

        InvalidConfigurationException wrong = await Should.ThrowAsync<InvalidConfigurationException>(() => bench.Create().GetAsync("models"));

        wrong.Message.ShouldContain("ResilienceHandlers:Clients:openai:Fallback:Models");
        wrong.Message.ShouldContain(why);
    }

    private static HttpRequestMessage Chat(string model) => new(HttpMethod.Post, "https://api.openai.com/v1/chat/completions")
    {
        Content = new StringContent($$"""{ "messages": [{"role":"user","content":"hi"}], "model" : "{{model}}", "n": 1 }""", Encoding.UTF8, "application/json"),
    };

    private static string ModelOf(ScriptedAttempt attempt) => JsonDocument.Parse(attempt.Body).RootElement.GetProperty("model").GetString()!;
}
