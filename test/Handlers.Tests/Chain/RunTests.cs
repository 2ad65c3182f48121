using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

public sealed class RunTests
{
    [Fact]
    public async Task A_foreign_handler_between_makes_two_runs_of_one_call()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.Jitter = 0)
            .AddHttpMessageHandler(() => new Passing())
            .AddAttemptTimeout(TimeSpan.FromSeconds(5))
            .AddRateLimitSignals());
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");
            CallReport report = response.GetCallReport()!;

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            report.Attempts.ShouldBe(2);
            report.History.Select(a => a.Status).ShouldBe([503, 200]);
        });
    }

    [Fact]
    public async Task The_inner_run_finds_its_call_on_a_clone_too()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.Jitter = 0)
            .AddHttpMessageHandler(() => new Cloning(copies: 1))
            .AddRateLimitSignals());
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            (await client.SendAsync(request)).Dispose();

            request.GetCallReport()!.Attempts.ShouldBe(2);
        });
    }

    [Fact]
    public async Task A_second_send_while_the_first_is_under_way_is_a_call_of_its_own()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.MaxRetries = 0)
            .AddHttpMessageHandler(() => new Cloning(copies: 2))
            .AddAttemptTimeout(TimeSpan.FromSeconds(5)));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(1)));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            (await client.SendAsync(request)).Dispose();

            request.GetCallReport()!.Attempts.ShouldBe(1);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_whose_transport_is_another_clients_chain_reports_its_own_call(bool behindAForeignHandler)
    {
        IHttpMessageHandlerFactory? handlers = null;
        HttpMessageHandler Transport() => handlers!.CreateHandler("inner");
        using var bench = new Bench(
            client: "outer",
            add: b => b
                .AddResilienceHandlers(o => o.Retry.Jitter = 0)
                .ConfigurePrimaryHttpMessageHandler(() => behindAForeignHandler ? new Passing { InnerHandler = Transport() } : Transport()));
        using var inner = new Bench(client: "inner", add: b => b.AddResilienceHandlers(o => o.Retry.MaxRetries = 0), services: s => s.AddSingleton<TimeProvider>(bench.Time));
        handlers = inner.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        inner.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/things");
            using HttpResponseMessage response = await client.SendAsync(request);
            CallReport report = response.GetCallReport()!;

            report.Client.ShouldBe("outer");
            report.Attempts.ShouldBe(2);
            report.History.Select(a => a.Status).ShouldBe([503, 200]);
            request.GetCallReport()!.Client.ShouldBe("outer");
        });

        ClientSnapshot seen = inner.Services.GetRequiredService<IResilienceMonitor>().Clients.Single();
        (seen.Calls, seen.Attempts).ShouldBe((2, 2));
    }

    [Theory]
    [InlineData("k", false)]
    [InlineData("k", true)]
    [InlineData(null, false)]
    public async Task A_keyed_write_through_two_clients_is_each_ones_own_call_and_the_outers_key(string? given, bool synchronous)
    {
        IHttpMessageHandlerFactory? handlers = null;
        using var bench = new Bench(
            client: "outer",
            add: b => b
                .AddResilienceHandlers(o => (o.Retry.Jitter, o.Idempotency.HeaderName) = (0, "Idempotency-Key"))
                .ConfigurePrimaryHttpMessageHandler(() => handlers!.CreateHandler("inner")));
        using var inner = new Bench(client: "inner", add: b => b.AddResilienceHandlers(o => o.Retry.MaxRetries = 0), services: s => s.AddSingleton<TimeProvider>(bench.Time));
        handlers = inner.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        inner.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.Created);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "things") { Content = new StringContent("x") };
            request.SetCallOptions(new CallOptions { IdempotencyKey = given });
            using HttpResponseMessage response = synchronous ? await bench.Time.StartThread(() => client.Send(request)) : await client.SendAsync(request);
            CallReport report = response.GetCallReport()!;

            (report.Client, report.Attempts, report.MayHaveHappened).ShouldBe(("outer", 2, false));
            report.History.Select(attempt => attempt.Status).ShouldBe([503, 201]);
        });

        ClientSnapshot seen = inner.Services.GetRequiredService<IResilienceMonitor>().Clients.Single();
        (seen.Calls, seen.Attempts).ShouldBe((2, 2));
        inner.Wire.Attempts.Select(attempt => attempt.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_client_over_another_clients_chain_holds_its_own_slot_until_the_body_ends()
    {
        IHttpMessageHandlerFactory? handlers = null;
        using var bench = new Bench(
            client: "outer",
            add: b => b.AddResilienceHandlers(o => o.Pacing.MaxConcurrency = 1).ConfigurePrimaryHttpMessageHandler(() => handlers!.CreateHandler("inner")));
        using var inner = new Bench(client: "inner", services: s => s.AddSingleton<TimeProvider>(bench.Time));
        handlers = inner.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        inner.Wire.OnEach(_ => ScriptedAnswer.From(_ => new HttpResponseMessage
        {
            Content = new ScriptedBody().Text("slow ").Wait(TimeSpan.FromSeconds(10)).Text("body").ToContent("text/plain", bench.Time),
        }));

        await bench.Run(client => Task.WhenAll(client.GetStringAsync("https://api.example/one"), client.GetStringAsync("https://api.example/two")));

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_message_that_is_sent_again_by_hand_reports_its_latest_call()
    {
        using var bench = new Bench();
        bench.Wire.Answers(HttpStatusCode.NotFound, HttpStatusCode.OK);
        HttpMessageHandler handler = bench.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(bench.Client);

        await bench.Time.RunAsync(async () =>
        {
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/things");
            (await invoker.SendAsync(request, CancellationToken.None)).Dispose();
            (await invoker.SendAsync(request, CancellationToken.None)).Dispose();

            request.GetCallReport()!.Verdict.ShouldBe(VerdictKind.Ok);
        });
    }

    [Fact]
    public async Task A_request_without_an_address_says_what_to_set()
    {
        using var bench = new Bench();
        HttpMessageHandler handler = bench.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(bench.Client);

        await bench.Time.RunAsync(async () =>
        {
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            using var request = new HttpRequestMessage { Method = HttpMethod.Get };
            InvalidOperationException thrown = await Should.ThrowAsync<InvalidOperationException>(() => invoker.SendAsync(request, CancellationToken.None));

            thrown.Message.ShouldContain("BaseAddress");
        });
    }

    [Fact]
    public async Task An_outer_timeout_ends_the_inner_run_and_is_named_as_what_it_is()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.MaxRetries = 0)
            .AddHttpMessageHandler(() => new Passing())
            .AddAttemptTimeout(TimeSpan.FromSeconds(50)), settings: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ResilienceHandlers:Clients:api:TotalTimeout"] = "00:00:10",
            });

        await bench.Run(async client =>
        {
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.GetAsync("things"));

            thrown.IsDeadline.ShouldBeTrue();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_handler_alone_judges_by_status()
    {
        var time = new VirtualTime();
        using var wire = new ScriptedTransport(time);
        wire.Answers(ScriptedAnswer.Status(429).RetryAfter(3), HttpStatusCode.OK);
        using var client = new HttpClient(new RetryHandler(new RetryOptions(), time) { InnerHandler = wire });

        await time.RunAsync(async () => (await client.GetAsync("https://api.example/things")).Dispose());

        wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(3, 3.5);
        wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task The_chain_works_without_dependency_injection()
    {
        var time = new VirtualTime();
        using var wire = new ScriptedTransport(time);
        wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);
        var options = new ResilienceHandlersOptions { Provider = "github" };
        options.Retry.Jitter = 0;
        using var client = new HttpClient(ResilienceHandlers.Create(wire, options, time)) { Timeout = Timeout.InfiniteTimeSpan };

        await time.RunAsync(async () =>
        {
            using HttpResponseMessage response = await client.GetAsync("https://api.github.com/repos/o/r");

            response.GetCallReport()!.Provider.ShouldBe("github");
        });

        wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_fault_in_a_handler_below_gives_back_what_the_call_held()
    {
        using var bench = new Bench(add: b => b
            .AddResilienceHandlers(o => o.Pacing.MaxConcurrency = 1)
            .AddHttpMessageHandler(() => new Throwing()));

        await bench.Run(async client =>
        {
            await Should.ThrowAsync<InvalidOperationException>(() => client.GetAsync("things"));
            await Should.ThrowAsync<InvalidOperationException>(() => client.GetAsync("things"));
        });
    }

    [Fact]
    public async Task Options_in_a_scope_hold_for_the_named_client_and_the_request_wins_field_by_field()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            using (CallOptions.BeginScope(new CallOptions { MaxRetries = 1, Deadline = TimeSpan.FromSeconds(90) }, client: "api"))
            {
                (await client.GetAsync("scoped")).Dispose();
                using var request = new HttpRequestMessage(HttpMethod.Get, "own");
                request.SetCallOptions(new CallOptions { MaxRetries = 2 });
                (await client.SendAsync(request)).Dispose();
            }

            using (CallOptions.BeginScope(new CallOptions { MaxRetries = 0 }, client: "other"))
            {
                (await client.GetAsync("foreign")).Dispose();
            }
        });

        bench.Wire.Attempts.CountBy(a => a.Uri.AbsolutePath).ToDictionary()
            .ShouldBe(new Dictionary<string, int>(StringComparer.Ordinal) { ["/scoped"] = 2, ["/own"] = 3, ["/foreign"] = 4 });
    }

    [Fact]
    public async Task Scopes_nest_and_may_end_in_any_order()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", "Idempotency-Key")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            IDisposable outer = CallOptions.BeginScope(new CallOptions { IdempotencyKey = "outer", MaxRetries = 1 });
            IDisposable inner = CallOptions.BeginScope(new CallOptions { IdempotencyKey = "inner" }, client: "api");
            using (CallOptions.BeginScope(new CallOptions { IdempotencyKey = "other", MaxRetries = 9 }, client: "other"))
            {
                (await client.PostAsync("one", new StringContent("1"))).Dispose();
            }

            outer.Dispose();
            (await client.PostAsync("two", new StringContent("2"))).Dispose();
            inner.Dispose();
            inner.Dispose();
            (await client.PostAsync("three", new StringContent("3"))).Dispose();
        });

        bench.Wire.Attempts.CountBy(attempt => attempt.Headers["Idempotency-Key"], StringComparer.Ordinal).Select(sent => sent.Value).ShouldBe([2, 4, 4]);
        bench.Wire.Attempts.Select(attempt => attempt.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal).Take(2).ShouldBe(["inner", "inner/2"]);
    }

    [Fact]
    public async Task An_inner_attempt_timeout_never_counts_the_wait_above_it()
    {
        TimeProvider? time = null;
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.Jitter = 0)
            .AddHttpMessageHandler(() => new Slow(TimeSpan.FromSeconds(8), time!))
            .AddAttemptTimeout(TimeSpan.FromSeconds(5)));
        time = bench.Time;
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBe(TimeSpan.FromSeconds(17));
    }

    private sealed class Passing : DelegatingHandler;

    [Fact]
    public async Task A_handler_between_that_sends_again_gets_its_slots_back_first()
    {
        using var bench = new Bench(add: b => b
            .AddRetries()
            .AddHttpMessageHandler(() => new SendingTwice())
            .AddPacing(o => o.MaxConcurrency = 1));
        bench.Wire.Answers(ScriptedAnswer.Status(401).Text("who?"), ScriptedAnswer.Status(200).Text("fine"), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage first = await client.GetAsync("things");
            (await first.Content.ReadAsStringAsync()).ShouldBe("fine");
            first.GetCallReport()!.Verdict.ShouldBe(VerdictKind.Ok);
            (await client.GetAsync("things")).Dispose();
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_handler_below_that_clears_the_options_does_no_harm()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o => o.Retry.Jitter = 0).AddHttpMessageHandler(() => new Clearing()));
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.Options.Set(new HttpRequestOptionsKey<string>("own"), "kept");
            (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_callers_request_options_are_there_in_every_attempt(bool withCallOptions)
    {
        var key = new HttpRequestOptionsKey<string>("tenant");
        List<string?> seen = [];
        using var bench = new Bench(add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Looking(request =>
        {
            seen.Add(request.Options.TryGetValue(key, out string? tenant) ? tenant : null);
            request.Options.Set(key, "changed below");
        })));
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.Options.Set(key, "acme");
            if (withCallOptions)
            {
                request.SetCallOptions(new CallOptions { MaxRetries = 1 });
            }

            (await client.SendAsync(request)).Dispose();
        });

        seen.ShouldBe(["acme", "acme"]);
    }

    private sealed class Looking(Action<HttpRequestMessage> look) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            look(request);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Slow(TimeSpan wait, TimeProvider time) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(wait, time, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class SendingTwice : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Unauthorized)
            {
                return response;
            }

            response.Dispose();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Clearing : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ((IDictionary<string, object?>)request.Options).Clear();
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Throwing : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a fault between");
    }

    private sealed class Cloning(int copies) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Task<HttpResponseMessage>[] sent = [.. Enumerable.Range(0, copies).Select(_ => base.SendAsync(Clone(request), cancellationToken))];
            foreach (Task<HttpResponseMessage> late in sent[1..])
            {
                (await late).Dispose();
            }

            return await sent[0];
        }

        private static HttpRequestMessage Clone(HttpRequestMessage request)
        {
            var clone = new HttpRequestMessage(request.Method, request.RequestUri);
            foreach (KeyValuePair<string, object?> option in request.Options)
            {
                ((IDictionary<string, object?>)clone.Options)[option.Key] = option.Value;
            }

            return clone;
        }
    }
}
