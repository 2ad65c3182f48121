using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Idempotency;

public sealed class SharedFlightTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_thousand_calls_with_one_key_make_one_attempt_and_get_equal_results()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(201).Json("""{"id":7}""").After(Second));

        await bench.Run(async client =>
        {
            HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.SendAsync(Writes.Post("k"))));

            responses.ShouldAllBe(response => response.StatusCode == HttpStatusCode.Created);
            foreach (HttpResponseMessage response in responses)
            {
                (await response.Content.ReadAsStringAsync()).ShouldBe("""{"id":7}""");
            }

            responses.Count(response => response.Headers.Contains("Idempotent-Replayed")).ShouldBe(999);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_leaders_cancellation_fails_nobody_else()
    {
        using var bench = new Bench();
        using var cancel = new CancellationTokenSource();

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> leader = client.SendAsync(Writes.Post("k"), cancel.Token);
            Task<HttpResponseMessage>[] others = [.. Enumerable.Range(0, 10).Select(_ => client.SendAsync(Writes.Post("k")))];
            ScriptedAttempt attempt = await bench.Wire.NextAsync();
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(leader);
            attempt.Cancellation.IsCancellationRequested.ShouldBeFalse();
            attempt.Respond(ScriptedAnswer.Status(200).Text("done"));

            foreach (Task<HttpResponseMessage> other in others)
            {
                (await (await other).Content.ReadAsStringAsync()).ShouldBe("done");
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_sent_after_the_leader_has_left_is_counted()
    {
        using var bench = new Bench();
        using var cancel = new CancellationTokenSource();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(2), ScriptedAnswer.Status(429).RetryAfter(2), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> leader = client.SendAsync(Writes.Post("k"), cancel.Token);
            Task<HttpResponseMessage> other = client.SendAsync(Writes.Post("k"));
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(leader);
            (await other).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        ClientSnapshot counted = bench.Services.GetRequiredService<IResilienceMonitor>().Clients.ShouldHaveSingleItem();
        (counted.Calls, counted.Attempts).ShouldBe((2, 3));
    }

    [Theory]
    [InlineData("Exception")]
    [InlineData("Response")]
    public async Task What_the_leader_would_not_wait_for_is_its_own_refusal(string rejections)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Rejections", rejections), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(attempt => attempt.Method == HttpMethod.Get ? ScriptedAnswer.Status(429).RetryAfter(20)
            : attempt.Elapsed < 2 * Second ? ScriptedAnswer.Failure(new HttpRequestException(HttpRequestError.ConnectionError, "no")).After(Second)
            : ScriptedAnswer.Status(200).Text("done"));

        await bench.Run(async client =>
        {
            HttpRequestMessage impatient = Writes.Post("k");
            impatient.SetCallOptions(new CallOptions { IdempotencyKey = "k", MaxWait = 5 * Second });
            Task<HttpResponseMessage> leader = client.SendAsync(impatient);
            Task<string> other = client.SendForText(Writes.Post("k"));
            using var limited = new HttpRequestMessage(HttpMethod.Get, "limited");
            limited.SetCallOptions(new CallOptions { MaxRetries = 0 });
            (await client.SendAsync(limited)).Dispose();

            if (rejections == "Response")
            {
                (await leader).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            }
            else
            {
                await Should.ThrowAsync<QuotaRejectedException>(leader);
            }

            (await other).ShouldBe("done");
        });
    }

    [Fact]
    public async Task The_leader_may_dispose_its_request_and_retries_still_work()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", "Idempotency-Key")));
        using var cancel = new CancellationTokenSource();
        bench.Wire.Answers(ScriptedAnswer.Status(503).After(Second));

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Writes.Post("k");
            Task<HttpResponseMessage> leader = client.SendAsync(request, cancel.Token);
            Task<string> other = client.SendForText(Writes.Post("k"));
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(leader);
            request.Dispose();
            ScriptedAttempt second = await bench.Wire.NextAsync();
            second.BodyText.ShouldBe("""{"a":1}""");
            second.Respond(ScriptedAnswer.Status(200).Text("done"));

            (await other).ShouldBe("done");
        });
    }

    [Fact]
    public async Task When_the_last_has_left_the_attempt_ends()
    {
        using var bench = new Bench();
        using var cancel = new CancellationTokenSource();

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage>[] all = [.. Enumerable.Range(0, 3).Select(_ => client.SendAsync(Writes.Post("k"), cancel.Token))];
            ScriptedAttempt attempt = await bench.Wire.NextAsync();
            await cancel.CancelAsync();
            foreach (Task<HttpResponseMessage> one in all)
            {
                await Should.ThrowAsync<OperationCanceledException>(one);
            }

            attempt.Cancellation.IsCancellationRequested.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_waiter_whose_deadline_comes_first_leaves_the_others_alone()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Text("done").After(5 * Second));

        await bench.Run(async client =>
        {
            Task<string> patient = client.SendForText(Writes.Post("k"));
            HttpRequestMessage request = Writes.Post();
            request.SetCallOptions(new CallOptions { IdempotencyKey = "k", Deadline = 2 * Second });
            CallTimeoutException late = await Should.ThrowAsync<CallTimeoutException>(client.SendAsync(request));

            late.Message.ShouldContain("may have happened");
            late.Report.MayHaveHappened.ShouldBeTrue();
            (await patient).ShouldBe("done");
        });
    }

    [Fact]
    public async Task A_definite_failure_is_shared_and_leaves_the_key_free()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(422).Text("wrong").After(Second), ScriptedAnswer.Status(200).Text("right"));

        await bench.Run(async client =>
        {
            string[] bodies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.SendForText(Writes.Post("k"))));
            bodies.ShouldAllBe(body => body == "wrong");
            (await client.SendForText(Writes.Post("k"))).ShouldBe("right");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Synchronous_callers_share_a_flight_too()
    {
        using var bench = new Bench();
        using var started = new SemaphoreSlim(0);
        bench.Wire.OnEach(_ =>
        {
            started.Release();
            return ScriptedAnswer.Status(200).Text("done").After(Second);
        });

        await bench.Run(async client =>
        {
            Task<string> asynchronous = client.SendForText(Writes.Post("k"));
            await started.WaitAsync();
            using HttpResponseMessage response = await bench.Time.StartThread(() => client.Send(Writes.Post("k")));

            (await response.Content.ReadAsStringAsync()).ShouldBe("done");
            (await asynchronous).ShouldBe("done");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_synchronous_call_with_a_key_ends_at_its_deadline()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(20 * Second));
        using HttpRequestMessage request = Writes.Post();
        request.SetCallOptions(new CallOptions { IdempotencyKey = "k", Deadline = 2 * Second });

        await bench.Run(async client =>
        {
            CallTimeoutException late = await Should.ThrowAsync<CallTimeoutException>(bench.Time.StartThread(() => client.Send(request)));

            late.IsDeadline.ShouldBeTrue();
            late.Limit.ShouldBe(2 * Second);
        });

        bench.Time.Elapsed.ShouldBe(2 * Second);
    }

    [Fact]
    public async Task A_synchronous_call_with_a_key_does_not_begin_a_wait_that_ends_after_its_deadline()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(60), HttpStatusCode.OK);
        using HttpRequestMessage request = Writes.Post();
        request.SetCallOptions(new CallOptions { IdempotencyKey = "k", Deadline = 5 * Second, MaxRetries = 0 });

        await bench.Run(async client =>
        {
            using var first = new HttpRequestMessage(HttpMethod.Get, "things");
            first.SetCallOptions(new CallOptions { MaxRetries = 0 });
            (await client.SendAsync(first)).Dispose();

            QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(bench.Time.StartThread(() => client.Send(request)));

            refused.Reason.ShouldBe(QuotaRefusalReason.WouldMissDeadline);
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_synchronous_caller_with_a_key_can_leave_while_the_body_is_still_to_come(bool signals)
    {
        using var bench = new Bench(settings: Settings.For("api", ("RateLimits:Enabled", signals ? "true" : "false"), ("Caching:Enabled", "false")));
        using var patience = new CancellationTokenSource();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("{").Stall()));

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> call = bench.Time.StartThread(() => client.Send(Writes.Post("k"), patience.Token));
            await Task.Delay(2 * Second, bench.Time);
            await patience.CancelAsync();

            await Should.ThrowAsync<OperationCanceledException>(call);
        });

        bench.Time.Elapsed.ShouldBe(2 * Second);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_was_cut_off_is_counted(bool byDeadline)
    {
        using var bench = new Bench();
        using var patience = new CancellationTokenSource(byDeadline ? Timeout.InfiniteTimeSpan : 2 * Second, bench.Time);
        using HttpRequestMessage request = Writes.Post();
        request.SetCallOptions(new CallOptions { IdempotencyKey = "k", Deadline = byDeadline ? 2 * Second : null });
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(20 * Second));

        await bench.Run(client => Should.ThrowAsync<Exception>(client.SendAsync(request, patience.Token)));

        CallReport report = request.GetCallReport().ShouldNotBeNull();
        report.Attempts.ShouldBe(1);
        report.MayHaveHappened.ShouldBeTrue();
        bench.Services.GetRequiredService<IResilienceMonitor>().Clients.ShouldHaveSingleItem().Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Two_users_whose_tokens_are_added_below_never_share_and_one_warning_names_the_option()
    {
        string user = "a";
        using var bench = new Bench(add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Signing(() => user)));
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(200).Text($"of {attempt.Headers["Authorization"]}").After(Second));

        await bench.Run(async client =>
        {
            Task<string> ofA = client.SendForText(Writes.Post("k"));
            user = "b";
            Task<string> ofB = client.SendForText(Writes.Post("k"));
            (await ofA).ShouldBe("of Bearer a");
            (await ofB).ShouldBe("of Bearer b");
            user = "c";
            (await client.SendForText(Writes.Post("k"))).ShouldBe("of Bearer c");
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        LogEntry warning = bench.Log.Named("KeyOwnerUnknown").ShouldHaveSingleItem();
        warning.Text.ShouldContain("ResilienceHandlers:Clients:api:Account");
        bench.Log.Entries.ShouldAllBe(entry => !entry.Text.Contains("Bearer"));
    }

    [Fact]
    public async Task With_an_account_named_what_is_signed_below_is_kept()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Signing(() => "x")), settings: Settings.For("api", ("Account", "acme")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            await client.SendForText(Writes.Post("k"));
            await client.SendForText(Writes.Post("k"));
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Log.Named("KeyOwnerUnknown").ShouldBeEmpty();
    }
}
