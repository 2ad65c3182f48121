using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Handlers.Tests.Fallback;

public sealed class RouteFallbackTests
{
    private static readonly HttpRequestException Refused = new(HttpRequestError.ConnectionError, "refused");
    private static readonly HttpRequestException Broken = new(HttpRequestError.ResponseEnded, "cut");

    [Fact]
    [Trait("Requirement", "D7")]
    public async Task A_function_translates_for_another_provider_when_the_quota_is_gone()
    {
        string? translated = null;
        CallReport? soFar = null;
        using var bench = new Bench("openai", add: b => b.AddResilienceHandlers(options => options.Fallback.Route = async (request, report, token) =>
        {
            soFar = report;
            translated = $"{request.Headers.Authorization}|{await request.Content!.ReadAsStringAsync(token)}";
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("from elsewhere") };
        }));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).Json("""{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}"""));

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Post("question");
            request.Headers.Add("Authorization", "Bearer first");
            using HttpResponseMessage response = await client.SendAsync(request);

            (await response.Content.ReadAsStringAsync()).ShouldBe("from elsewhere");
            response.GetCallReport()!.AnsweredBy.ShouldBe("route");
        });

        translated.ShouldBe("|question");
        soFar!.Verdict.ShouldBe(VerdictKind.QuotaExhausted);
    }

    [Fact]
    [Trait("Requirement", "C4")]
    public async Task An_open_circuit_degrades_to_another_route()
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For(
            "api", ("Fallback:Client", "backup"), ("CircuitBreaker:FailureThreshold", "1"), ("Retry:MaxRetries", "0")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));
        other.OnEach(_ => ScriptedAnswer.Status(200).Text("backup"));

        await bench.Run(async client =>
        {
            // A write: the first may have happened, so nobody else does it; the second was never sent.
            (await client.SendAsync(Post("1"))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            using HttpResponseMessage response = await client.SendAsync(Post("2"));
            (await response.Content.ReadAsStringAsync()).ShouldBe("backup");
            response.GetCallReport()!.AnsweredBy.ShouldBe("client backup");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        other.Attempts.ShouldHaveSingleItem().BodyText.ShouldBe("2");
    }

    [Fact]
    [Trait("Requirement", "C4")]
    public async Task A_refusal_of_a_quota_degrades_too_and_both_can_be_told_apart()
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For("api", ("Pacing:Limits", "1/hour"), ("Pacing:MaxWait", "00:00:00")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        other.OnEach(_ => ScriptedAnswer.Status(200).Text("backup"));

        await bench.Run(async client =>
        {
            await client.GetAsync("things");
            QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(client.GetAsync("things"));
            refused.RetryAt.ShouldNotBeNull();
            bench.Settings.Edit(Settings.Key("api", "Fallback:Client"), "backup");
            (await client.GetStringAsync("things")).ShouldBe("backup");
        });
    }

    [Fact]
    public async Task Another_client_gets_path_and_query_at_its_own_address_and_no_credential_of_ours()
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For("api", ("Fallback:Client", "backup"), ("Retry:MaxRetries", "0")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => Refused);
        other.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Post("x", "v1/things?a=1");
            request.Headers.Add("Authorization", "Bearer first");
            request.Headers.Add("x-api-key", "first");
            request.Headers.Add("X-Trace", "t");
            using HttpResponseMessage response = await client.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        ScriptedAttempt sent = other.Attempts.ShouldHaveSingleItem();
        sent.Uri.ToString().ShouldBe("https://backup.example/v1/things?a=1");
        sent.Headers.ContainsKey("x-api-key").ShouldBeFalse();
        sent.Headers["Authorization"].ShouldBe("Bearer second");
        sent.Headers["X-Trace"].ShouldBe("t");
    }

    [Theory]
    [InlineData("v1/things?a=1&access_token=s&b=%20&API_KEY=s", "https://backup.example/v1/things?a=1&b=%20")]
    [InlineData("v1/models/m:generateContent?key=AIzaSyFirst", "https://backup.example/v1/models/m:generateContent")]
    [InlineData("v1/things?a=1&private_token=s&session%5Ftoken=s", "https://backup.example/v1/things?a=1")]
    [InlineData("v1/things?token=sk-live-0123456789abcdef&t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "https://backup.example/v1/things")]
    [InlineData("v1/things?page_token=0123456789abcdef&nextToken=eyJhIjoxLCJiIjoyfQ", "https://backup.example/v1/things?page_token=0123456789abcdef&nextToken=eyJhIjoxLCJiIjoyfQ")]
    [InlineData("v1/things?key=7&sort_key=x&api_keys=1&token", "https://backup.example/v1/things?key=7&sort_key=x&api_keys=1&token")]
    [InlineData("https://api.example//elsewhere.example/things?a", "https://backup.example//elsewhere.example/things?a")]
    [InlineData("v1/things%2F7?", "https://backup.example/v1/things%2F7?")]
    public async Task A_key_in_the_query_stays_here_and_the_path_leads_nowhere_else(string asked, string expected)
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For("api", ("Fallback:Client", "backup"), ("Retry:MaxRetries", "0")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => Refused);
        other.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client => (await client.SendAsync(Post("x", asked))).Dispose());

        other.Attempts.ShouldHaveSingleItem().Uri.AbsoluteUri.ShouldBe(expected);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("key")]
    [InlineData("code")]
    [InlineData("login_key")]
    public async Task Nobody_else_is_asked_where_a_parameter_may_be_a_key_or_not(string parameter)
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For("api", ("Fallback:Client", "backup"), ("Retry:MaxRetries", "0")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client =>
            (await Should.ThrowAsync<HttpRequestException>(client.GetAsync($"things?{parameter}=0123456789abcdef"))).ShouldBe(Refused));

        other.Attempts.ShouldBeEmpty();
        string told = bench.Log.Named("FallbackFailed").ShouldHaveSingleItem().Text;
        told.ShouldContain($"\"{parameter}\"");
        told.ShouldNotContain("0123456789abcdef");
    }

    [Fact]
    public async Task A_function_that_ignores_its_token_ends_with_the_call_and_what_comes_late_is_dropped()
    {
        var late = new TaskCompletionSource<HttpResponseMessage?>();
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = (_, _, _) => new ValueTask<HttpResponseMessage?>(late.Task)),
            settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("TotalTimeout", "00:00:10")));
        bench.Wire.OnEach(_ => Refused);
        using var body = new Watched();

        await bench.Run(async client => (await Should.ThrowAsync<HttpRequestException>(client.GetAsync("things"))).ShouldBe(Refused));

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
        late.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = body });
        body.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_held_by_such_a_function()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = static (_, _, _) => new ValueTask<HttpResponseMessage?>(new TaskCompletionSource<HttpResponseMessage?>().Task)),
            settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(client.GetAsync("things", patience.Token));
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("hangs")]
    [InlineData("throws")]
    [InlineData("is cancelled")]
    public async Task A_write_that_a_function_may_have_made_is_not_told_as_undone(string ending)
    {
        Bench? wired = null;
        using Bench bench = wired = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = async (_, _, token) =>
            {
                TimeSpan pause = ending == "throws" ? TimeSpan.FromSeconds(1) : Timeout.InfiniteTimeSpan;
                await Task.Delay(pause, wired!.Time, ending == "is cancelled" ? token : default);
                throw new InvalidOperationException("the translator broke");
            }),
            settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("TotalTimeout", "00:00:10")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Post("x");
            HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request));
            failure.ShouldNotBe(Refused);
            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });
    }

    [Theory]
    [InlineData("POST", "broken")]
    [InlineData("PUT", "broken")]
    [InlineData("DELETE", "broken")]
    [InlineData("POST", "timeout")]
    [InlineData("POST", "503")]
    [InlineData("PUT", "broken, 429")]
    [InlineData("PUT", "timeout, refused")]
    public async Task A_write_that_may_have_happened_never_reaches_a_second_upstream(string method, string fates)
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For(
            "api", ("Fallback:Client", "backup"), ("Retry:MaxRetries", "1"), ("AttemptTimeout", "00:00:05"), ("Retry:RateLimitRetryAfter", "00:00:01")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        other.OnEach(_ => HttpStatusCode.OK);
        string[] each = fates.Split(", ");
        bench.Wire.OnEach(attempt => each[Math.Min(attempt.Number, each.Length) - 1] switch
        {
            "broken" => Broken,
            "refused" => Refused,
            "timeout" => ScriptedAnswer.Status(200).After(TimeSpan.FromHours(1)),
            "429" => ScriptedAnswer.Status(429).RetryAfter(1),
            _ => ScriptedAnswer.Status(503),
        });

        await bench.Run(async client =>
        {
            var request = new HttpRequestMessage(new HttpMethod(method), "things") { Content = new StringContent("x") };
            try
            {
                using HttpResponseMessage response = await client.SendAsync(request);
                response.IsSuccessStatusCode.ShouldBeFalse();
            }
            catch (HttpRequestException)
            {
                // The failure is handed on.
            }

            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });

        other.Attempts.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_may_have_happened_at_the_second_upstream_is_the_outcome()
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For("api", ("Fallback:Client", "backup"), ("Retry:MaxRetries", "0")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => Refused);
        other.OnEach(_ => Broken);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Post("x");
            (await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request))).HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
            request.GetCallReport()!.AnsweredBy.ShouldBe("client backup");
        });
    }

    [Fact]
    public async Task A_read_goes_elsewhere_whatever_happened()
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For("api", ("Fallback:Client", "backup"), ("Retry:MaxRetries", "0")));
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => Broken);
        other.OnEach(_ => ScriptedAnswer.Status(200).Text("backup"));

        await bench.Run(async client => (await client.GetStringAsync("things")).ShouldBe("backup"));
    }

    [Fact]
    public async Task Two_clients_that_name_each_other_do_not_go_round()
    {
        using var bench = new Bench(add: WithBackup, settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [Settings.Key("api", "Fallback:Client")] = "backup",
            [Settings.Key("backup", "Fallback:Client")] = "api",
            [Settings.Key("api", "Retry:MaxRetries")] = "0",
            [Settings.Key("backup", "Retry:MaxRetries")] = "0",
        });
        using var other = new ScriptedTransport(bench.Time);
        _backup = other;
        bench.Wire.OnEach(_ => Refused);
        other.OnEach(_ => Refused);

        await bench.Run(client => Should.ThrowAsync<HttpRequestException>(client.GetAsync("things")));

        (bench.Wire.Attempts.Count, other.Attempts.Count).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_synchronous_call_does_without_the_function_and_that_is_said_once()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = (_, _, _) => throw new InvalidOperationException("not here")),
            settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(client =>
        {
            Should.Throw<HttpRequestException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "things")));
            Should.Throw<HttpRequestException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "things")));
            return Task.CompletedTask;
        });

        bench.Log.Named("RoutePassedOver").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_function_without_an_answer_leaves_the_failure_as_it_is()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = (_, _, _) => new ValueTask<HttpResponseMessage?>((HttpResponseMessage?)null)),
            settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client => (await Should.ThrowAsync<HttpRequestException>(client.GetAsync("things"))).ShouldBe(Refused));

        bench.Log.Named("FallbackFailed").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_can_not_stand_in_for_itself()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Fallback:Client", "api")));

        (await Should.ThrowAsync<InvalidConfigurationException>(() => bench.Create().GetAsync("things"))).Message
            .ShouldContain("ResilienceHandlers:Clients:api:Fallback:Client = \"api\" is this client itself");
    }

    [Theory]
    [InlineData("bakup", "did you mean \"backup\"?")]
    [InlineData("elsewhere", "add AddHttpClient(\"elsewhere\", …).")]
    public async Task A_client_that_nobody_added_is_a_mistake(string name, string cure)
    {
        using var bench = new Bench(add: WithBackup, settings: Settings.For("api", ("Fallback:Client", name)));

        (await Should.ThrowAsync<InvalidConfigurationException>(() => bench.Create().GetAsync("things"))).Message
            .ShouldContain($"ResilienceHandlers:Clients:api:Fallback:Client = \"{name}\" is no client of this app; {cure}");
    }

    [Fact]
    public async Task A_client_without_our_handlers_is_a_client()
    {
        using var bench = new Bench(
            add: builder =>
            {
                builder.AddResilienceHandlers();
                builder.Services.AddHttpClient("plain", plain => plain.BaseAddress = new Uri("https://plain.example"));
            },
            settings: Settings.For("api", ("Fallback:Client", "plain")));

        bench.Wire.Answers(HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK));
    }

    [Fact]
    public void A_client_needs_a_container() =>
        Should.Throw<OptionsValidationException>(() => new FallbackHandler(new FallbackOptions { Client = "backup" })).Message.ShouldContain("Fallback.Route");

    private ScriptedTransport? _backup;

    private sealed class Watched() : StringContent("late")
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private void WithBackup(IHttpClientBuilder api)
    {
        api.AddResilienceHandlers();
        api.Services.AddHttpClient("backup", http =>
        {
            http.BaseAddress = new Uri("https://backup.example/");
            http.DefaultRequestHeaders.Add("Authorization", "Bearer second");
        }).ConfigurePrimaryHttpMessageHandler(() => _backup!).AddResilienceHandlers();
    }

    private static HttpRequestMessage Post(string body, string path = "things") =>
        new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
}
