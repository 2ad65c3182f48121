using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Handlers.Tests.Fallback;

/// <summary>Another client stands in: what it is asked, and when.</summary>
public sealed class ClientFallbackTests : IDisposable
{
    private static readonly HttpRequestException Refused = new(HttpRequestError.ConnectionError, "refused");
    private static readonly HttpRequestException Broken = new(HttpRequestError.ResponseEnded, "cut");

    private ScriptedTransport? _backup;

    /// <summary>The wire of the client that stands in.</summary>
    private ScriptedTransport Backup => _backup!;

    [Fact]
    [Trait("Requirement", "C4")]
    public async Task An_open_circuit_degrades_to_another_route()
    {
        using Bench bench = BackedUp(("CircuitBreaker:FailureThreshold", "1"), ("Retry:MaxRetries", "0"));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));
        Backup.OnEach(_ => ScriptedAnswer.Status(200).Text("backup"));

        await bench.Run(async client =>
        {
            // A write: the first may have happened, so nobody else does it; the second was never sent.
            (await client.SendAsync(Post("1"))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            using HttpResponseMessage response = await client.SendAsync(Post("2"));
            (await response.Content.ReadAsStringAsync()).ShouldBe("backup");
            response.GetCallReport()!.AnsweredBy.ShouldBe("client backup");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        Backup.Attempts.ShouldHaveSingleItem().BodyText.ShouldBe("2");
    }

    [Theory]
    [InlineData(false, "Exception", false)]
    [InlineData(false, "Exception", true)]
    [InlineData(true, "Exception", false)]
    [InlineData(true, "Response", false)]
    [InlineData(true, "Response", true)]
    public async Task A_caller_who_leaves_while_another_is_asked_gets_his_own_cancellation(bool refusedHere, string rejections, bool sync)
    {
        using Bench bench = BackedUp(("Pacing:MaxWait", "00:00:00"), ("Retry:MaxRetries", "0"), ("Caching:Enabled", "false"), ("Rejections", rejections));
        using var patience = new CancellationTokenSource();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(60));
        Backup.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(9)));

        await bench.Run(async client =>
        {
            if (refusedHere)
            {
                // Closes the gate.
                (await client.GetAsync("first")).Dispose();
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            Task<HttpResponseMessage> call = sync
                ? bench.Time.StartThread(() => client.Send(request, HttpCompletionOption.ResponseHeadersRead, patience.Token))
                : client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            await Task.Delay(TimeSpan.FromSeconds(2), bench.Time);
            await patience.CancelAsync();

            OperationCanceledException left = await Should.ThrowAsync<OperationCanceledException>(call);
            left.CancellationToken.ShouldBe(patience.Token);
            request.GetCallReport()!.AnsweredBy.ShouldBeNull();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "C4")]
    public async Task A_refusal_of_a_quota_degrades_too_and_both_can_be_told_apart()
    {
        using Bench bench = WithBackup(Settings.For("api", ("Pacing:Limits", "1/hour"), ("Pacing:MaxWait", "00:00:00")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        Backup.OnEach(_ => ScriptedAnswer.Status(200).Text("backup"));

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
        using Bench bench = BackedUp(("Retry:MaxRetries", "0"));
        bench.Wire.OnEach(_ => Refused);
        Backup.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Post("x", "v1/things?a=1");
            request.Headers.Add("Authorization", "Bearer first");
            request.Headers.Add("x-api-key", "first");
            request.Headers.Add("X-Trace", "t");
            using HttpResponseMessage response = await client.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        ScriptedAttempt sent = Backup.Attempts.ShouldHaveSingleItem();
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
        using Bench bench = BackedUp(("Retry:MaxRetries", "0"));
        bench.Wire.OnEach(_ => Refused);
        Backup.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client => (await client.SendAsync(Post("x", asked))).Dispose());

        Backup.Attempts.ShouldHaveSingleItem().Uri.AbsoluteUri.ShouldBe(expected);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("key")]
    [InlineData("code")]
    [InlineData("login_key")]
    public async Task Nobody_else_is_asked_where_a_parameter_may_be_a_key_or_not(string parameter)
    {
        using Bench bench = BackedUp(("Retry:MaxRetries", "0"));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client =>
            (await Should.ThrowAsync<HttpRequestException>(client.GetAsync($"things?{parameter}=0123456789abcdef"))).ShouldBe(Refused));

        Backup.Attempts.ShouldBeEmpty();
        string told = bench.Log.Named("FallbackFailed").ShouldHaveSingleItem().Text;
        told.ShouldContain($"\"{parameter}\"");
        told.ShouldNotContain("0123456789abcdef");
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
        using Bench bench = BackedUp(("Retry:MaxRetries", "1"), ("AttemptTimeout", "00:00:05"), ("Retry:RateLimitRetryAfter", "00:00:01"));
        Backup.OnEach(_ => HttpStatusCode.OK);
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

        Backup.Attempts.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_may_have_happened_at_the_second_upstream_is_the_outcome()
    {
        using Bench bench = BackedUp(("Retry:MaxRetries", "0"));
        bench.Wire.OnEach(_ => Refused);
        Backup.OnEach(_ => Broken);

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
        using Bench bench = BackedUp(("Retry:MaxRetries", "0"));
        bench.Wire.OnEach(_ => Broken);
        Backup.OnEach(_ => ScriptedAnswer.Status(200).Text("backup"));

        await bench.Run(async client => (await client.GetStringAsync("things")).ShouldBe("backup"));
    }

    [Fact]
    public async Task Two_clients_that_name_each_other_do_not_go_round()
    {
        using Bench bench = WithBackup(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [Settings.Key("api", "Fallback:Client")] = "backup",
            [Settings.Key("backup", "Fallback:Client")] = "api",
            [Settings.Key("api", "Retry:MaxRetries")] = "0",
            [Settings.Key("backup", "Retry:MaxRetries")] = "0",
        });
        bench.Wire.OnEach(_ => Refused);
        Backup.OnEach(_ => Refused);

        await bench.Run(client => Should.ThrowAsync<HttpRequestException>(client.GetAsync("things")));

        (bench.Wire.Attempts.Count, Backup.Attempts.Count).ShouldBe((1, 1));
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
        using Bench bench = WithBackup(Settings.For("api", ("Fallback:Client", name)));

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

    public void Dispose() => _backup?.Dispose();

    private Bench BackedUp(params (string Option, string Value)[] options) => WithBackup(Settings.For("api", [("Fallback:Client", "backup"), .. options]));

    /// <summary>A client and another one, at an address and with a credential of its own.</summary>
    private Bench WithBackup(Dictionary<string, string?> settings)
    {
        var bench = new Bench(settings: settings, add: api =>
        {
            api.AddResilienceHandlers();
            api.Services.AddHttpClient("backup", http =>
            {
                http.BaseAddress = new Uri("https://backup.example/");
                http.DefaultRequestHeaders.Add("Authorization", "Bearer second");
            }).ConfigurePrimaryHttpMessageHandler(() => Backup).AddResilienceHandlers();
        });
        _backup = new ScriptedTransport(bench.Time);
        return bench;
    }

    private static HttpRequestMessage Post(string body, string path = "things") =>
        new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
}
