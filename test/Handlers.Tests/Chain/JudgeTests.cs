using System.Net;
using System.Net.Sockets;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

public sealed class JudgeTests
{
    [Fact]
    public async Task A_refusal_is_handed_on_when_no_stage_knows_the_provider()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:api:Retry:Enabled"] = "false",
            ["ResilienceHandlers:Clients:api:CircuitBreaker:Enabled"] = "false",
            ["ResilienceHandlers:Clients:api:Pacing:Enabled"] = "false",
            ["ResilienceHandlers:Clients:api:RateLimits:Enabled"] = "false",
        });
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(5));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        });
    }

    /// <summary>EnsureSuccessStatusCode in a handler below: the status is what happened, not a broken connection.</summary>
    [Theory]
    [InlineData(404, "GET", 1)]
    [InlineData(503, "GET", 2)]
    [InlineData(503, "POST", 1)]
    [InlineData(429, "POST", 2)]
    public async Task An_exception_with_a_status_is_judged_by_the_status(int status, string method, int attempts)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(attempt => attempt.Number == 1 ? new HttpRequestException("no", null, (HttpStatusCode)status) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> call = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "things"));
            if (attempts == 1)
            {
                (await Should.ThrowAsync<HttpRequestException>(() => call)).StatusCode.ShouldBe((HttpStatusCode)status);
            }
            else
            {
                (await call).Dispose();
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    public static TheoryData<string> UnknownFailures => [.. Unknown.Keys];

    private static Dictionary<string, Exception> Unknown { get; } = new(StringComparer.Ordinal)
    {
        ["a handler's own timeout"] = new TaskCanceledException("A task was canceled."),
        ["an answer whose headers are too long"] = new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The response headers length exceeded the set limit."),
        ["a handler that chokes on the answer"] = new InvalidDataException("The answer makes no sense."),
    };

    /// <summary>Nobody but the server knows whether it was executed by then.</summary>
    [Theory]
    [MemberData(nameof(UnknownFailures))]
    public async Task A_write_that_a_handler_below_cut_off_may_have_happened(string failure)
    {
        using var bench = new Bench();
        bench.Wire.Answers(Unknown[failure]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "things");

        await bench.Run(async client => await Should.ThrowAsync<Exception>(() => client.SendAsync(request)));

        bench.Wire.Attempts.Count.ShouldBe(1);
        request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
    }

    /// <summary>RFC 9113 §8.7, RFC 9114 §8.1: REFUSED_STREAM and H3_REQUEST_REJECTED say that nothing was done.</summary>
    [Theory]
    [InlineData(0x7, 2)]
    [InlineData(0x10b, 2)]
    [InlineData(0x2, 1)]
    [InlineData(0x10c, 1)]
    public async Task A_write_whose_stream_the_server_refused_is_sent_again(long code, int attempts)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? new HttpRequestException(HttpRequestError.HttpProtocolError, "An error occurred while sending the request.", new HttpProtocolException(code, "The server reset the stream.", null))
            : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> call = client.PostAsync("things", new StringContent("x"));
            await (attempts == 1 ? (Task)Should.ThrowAsync<HttpRequestException>(() => call) : call);
        });

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(503)]
    public async Task What_the_user_wants_waited_out_is_a_refusal(int status)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:WaitOutOn", "404, 5xx"), ("Retry:RetryOn", "5xx"), ("CircuitBreaker:FailureThreshold", "1")));
        bench.Wire.Answers(ScriptedAnswer.Status(status), HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(60, 62);
    }

    [Theory]
    [InlineData(503, true)]
    [InlineData(404, false)]
    public async Task A_failure_that_is_waited_out_may_have_happened_all_the_same(int status, bool mayHaveHappened)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:WaitOutOn", "404, 5xx")));
        bench.Wire.Answers(ScriptedAnswer.Status(status));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.PostAsync("things", new StringContent("x"));

            response.GetCallReport()!.MayHaveHappened.ShouldBe(mayHaveHappened);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_429_that_the_provider_calls_a_failure_is_one()
    {
        using var bench = new Bench("shop", settings: Settings.For("shop", ("Retry:Jitter", "0"), ("Retry:RetryOn", "429")), services: services => services.AddSingleton<Provider>(new Shop(named: null)));
        bench.Wire.Answers(ScriptedAnswer.Status(429), HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts[1].Elapsed.ShouldBe(TimeSpan.FromSeconds(1));
    }

    /// <summary>The quota that the refusal names, and the call's own: a repetition is early at a quota that its plan does not foresee, too.</summary>
    [Theory]
    [InlineData("others", true)]
    [InlineData("things", false)]
    [InlineData(null, false)]
    public async Task A_refusal_closes_the_gate_of_the_quota_that_it_names_and_of_the_calls_own(string? named, bool holdsUpOthers)
    {
        using var bench = new Bench("shop", services: services => services.AddSingleton<Provider>(new Shop(named)));
        bench.Wire.Answers(ScriptedAnswer.Status(420)).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> refused = client.GetAsync("things");
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            (await client.GetAsync("others")).Dispose();
            (await refused).Dispose();
        });

        bench.Wire.Attempts.Last(attempt => attempt.Uri.AbsolutePath == "/things").Elapsed.ShouldBeGreaterThanOrEqualTo(Shop.Wait);
        (bench.Wire.Attempts.Single(attempt => attempt.Uri.AbsolutePath == "/others").Elapsed >= Shop.Wait).ShouldBe(holdsUpOthers);
    }

    [Fact]
    public async Task A_wait_that_comes_with_a_failure_holds_for_all_quotas_of_the_upstream()
    {
        using var bench = new Bench("shop", services: services => services.AddSingleton<Provider>(new Shop(named: null)));
        bench.Wire.Answers(ScriptedAnswer.Status(503).RetryAfter(20)).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> failed = client.GetAsync("things");
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            (await client.GetAsync("others")).Dispose();
            (await failed).Dispose();
        });

        bench.Wire.Attempts.Skip(1).ShouldAllBe(attempt => attempt.Elapsed >= TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, VerdictKind.Transient, FailureClass.Connection, true)]
    [InlineData(HttpRequestError.ConnectionError, VerdictKind.Transient, FailureClass.Connection, true)]
    [InlineData(HttpRequestError.SecureConnectionError, VerdictKind.Transient, FailureClass.Connection, true)]
    [InlineData(HttpRequestError.ProxyTunnelError, VerdictKind.Transient, FailureClass.Connection, true)]
    [InlineData(HttpRequestError.VersionNegotiationError, VerdictKind.Transient, FailureClass.Connection, true)]
    [InlineData(HttpRequestError.ResponseEnded, VerdictKind.Transient, FailureClass.Reset, false)]
    [InlineData(HttpRequestError.InvalidResponse, VerdictKind.Transient, FailureClass.Reset, false)]
    [InlineData(HttpRequestError.HttpProtocolError, VerdictKind.Transient, FailureClass.Reset, false)]
    [InlineData(HttpRequestError.Unknown, VerdictKind.Transient, FailureClass.Reset, false)]
    [InlineData(HttpRequestError.UserAuthenticationError, VerdictKind.Fatal, FailureClass.Other, false)]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, VerdictKind.Fatal, FailureClass.Other, false)]
    [InlineData(HttpRequestError.ExtendedConnectNotSupported, VerdictKind.Fatal, FailureClass.Other, false)]
    public void What_a_transport_error_means(HttpRequestError error, VerdictKind kind, object failure, bool notExecuted) =>
        Of(new HttpRequestException(error, "no")).ShouldBe((kind, (FailureClass)failure, notExecuted));

    [Fact]
    public void What_other_failures_mean()
    {
        Of(new IOException("no")).ShouldBe((VerdictKind.Transient, FailureClass.Reset, false));
        Of(new SocketException((int)SocketError.ConnectionReset)).ShouldBe((VerdictKind.Transient, FailureClass.Reset, false));
        Of(new SocketException((int)SocketError.ConnectionRefused)).ShouldBe((VerdictKind.Transient, FailureClass.Connection, true));
        Of(new HttpRequestException("no", new SocketException((int)SocketError.ConnectionRefused))).ShouldBe((VerdictKind.Transient, FailureClass.Connection, true));
        Of(new HttpRequestException("no", new SocketException((int)SocketError.TimedOut))).ShouldBe((VerdictKind.Transient, FailureClass.Reset, false));
        Of(new TimeoutException("no")).ShouldBe((VerdictKind.Transient, FailureClass.ReadTimeout, false));
        Of(new HttpRequestException("no", new TimeoutException())).ShouldBe((VerdictKind.Transient, FailureClass.ReadTimeout, false));
        Of(new Polly.Timeout.TimeoutRejectedException()).ShouldBe((VerdictKind.Transient, FailureClass.ReadTimeout, false));
        Of(new OperationCanceledException("no", new TimeoutException("no", new TaskCanceledException()))).ShouldBe((VerdictKind.Transient, FailureClass.ReadTimeout, false));
        Of(new OperationCanceledException()).ShouldBe((VerdictKind.Fatal, FailureClass.Other, false));
        Of(new NotSupportedException("no")).ShouldBe((VerdictKind.Fatal, FailureClass.Other, false));
    }

    [Theory]
    [InlineData(408, VerdictKind.Transient, true, false)]
    [InlineData(429, VerdictKind.RateLimited, false, true)]
    [InlineData(404, VerdictKind.Fatal, false, false)]
    [InlineData(200, VerdictKind.Fatal, false, false)]
    [InlineData(500, VerdictKind.Transient, true, false)]
    public void What_a_status_in_an_exception_means(int status, VerdictKind kind, bool isServerFault, bool notExecuted)
    {
        Judgement outcome = Judge.OfFailure(new HttpRequestException("no", null, (HttpStatusCode)status), callerGaveUp: false);

        (outcome.Kind, outcome.IsServerFault, outcome.NotExecuted).ShouldBe((kind, isServerFault, notExecuted));
    }

    [Fact]
    public void A_caller_who_gives_up_is_no_failure_of_anybody() =>
        Judge.OfFailure(new OperationCanceledException("no", new TimeoutException()), callerGaveUp: true).Failure.ShouldBe(FailureClass.Cancelled);

    [Fact]
    public void A_connect_timeout_was_never_sent()
    {
        Judgement outcome = Judge.OfFailure(
            new TaskCanceledException("no", new TimeoutException("A connection could not be established within the configured ConnectTimeout.")), callerGaveUp: false);

        outcome.Failure.ShouldBe(FailureClass.PoolTimeout);
        outcome.NotExecuted.ShouldBeTrue();
    }

    [Fact]
    public void A_handler_below_that_gave_up_waiting_proves_nothing()
    {
        Judgement outcome = Judge.OfFailure(new TaskCanceledException("no", new TimeoutException("no answer in 10 s")), callerGaveUp: false);

        outcome.Failure.ShouldBe(FailureClass.ReadTimeout);
        outcome.NotExecuted.ShouldBeFalse();
    }

    /// <summary>A handler below that forwards through an HttpClient of its own: the request may well have arrived.</summary>
    [Fact]
    public async Task The_timeout_of_a_client_below_may_have_been_executed()
    {
        using var bench = new Bench();
        var timeout = new TaskCanceledException("timed out", new TimeoutException("timed out", new TaskCanceledException()));
        bench.Wire.Answers(timeout, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "things");
            await Should.ThrowAsync<TaskCanceledException>(() => client.SendAsync(request));

            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_an_error_body_is_read_proves_nothing_about_the_upstream()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:api:CircuitBreaker:FailureThreshold"] = "2",
            ["ResilienceHandlers:Clients:api:Retry:MaxRetries"] = "0",
        });
        bench.Wire.Answers(
            HttpStatusCode.BadGateway,
            ScriptedAnswer.Status(503).Body(new ScriptedBody().Text("{").Stall()),
            HttpStatusCode.BadGateway);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            using var cts = new CancellationTokenSource(TimeSpan.FromSeconds(2), bench.Time);
            (await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", cts.Token))).CancellationToken.ShouldBe(cts.Token);
            (await client.GetAsync("things")).Dispose();

            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }

    private sealed class Shop(string? named) : Provider
    {
        public static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

        private static readonly CallPlan Things = new() { Quotas = [new QuotaUse("things", Cost.OneRequest)] };
        private static readonly CallPlan Others = new() { Quotas = [new QuotaUse("others", Cost.OneRequest)] };

        public override string Name => "shop";

        public override IReadOnlyList<string> Hosts => [];

        public override void ApplyDefaults(ResilienceHandlersOptions options)
        {
        }

        public override CallPlan Plan(HttpRequestMessage request) => request.RequestUri!.AbsolutePath == "/things" ? Things : Others;

        public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => false;

        public override Verdict Interpret(in ProviderAnswer answer) =>
            answer.Status switch
            {
                420 => new Verdict(VerdictKind.RateLimited, "HTTP 420") { Wait = Wait, Resource = named },
                429 => new Verdict(VerdictKind.Transient, "HTTP 429, which it says at random"),
                _ => ByStatus(answer),
            };
    }

    private static (VerdictKind Kind, FailureClass Failure, bool NotExecuted) Of(Exception failure)
    {
        Judgement outcome = Judge.OfFailure(failure, callerGaveUp: false);
        return (outcome.Kind, outcome.Failure, outcome.NotExecuted);
    }
}
