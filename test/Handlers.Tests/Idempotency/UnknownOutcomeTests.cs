using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Idempotency;

public sealed class UnknownOutcomeTests
{
    private static readonly ScriptedAnswer Broken = ScriptedAnswer.Failure(new HttpRequestException(HttpRequestError.ResponseEnded, "cut"));

    [Fact]
    public async Task The_failure_says_that_it_may_have_happened_and_under_which_key()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Broken);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Writes.Post("job-1");
            HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request));

            failure.Message.ShouldContain("may have happened");
            failure.Message.ShouldContain("\"job-1\"");
            failure.HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
            failure.InnerException!.Message.ShouldBe("cut");
            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
            request.GetCallReport()!.IdempotencyKey.ShouldBe("job-1");
        });

        bench.Log.Named("OutcomeUnknown").ShouldHaveSingleItem().Text.ShouldNotContain("job-1");
    }

    [Fact]
    public async Task The_key_is_not_used_again_on_a_guess()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Broken);

        await bench.Run(async client =>
        {
            await Should.ThrowAsync<HttpRequestException>(client.SendAsync(Writes.Post("k")));
            IdempotencyConflictException refused = await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")));

            refused.Reason.ShouldBe(IdempotencyConflictReason.OutcomeUnknown);
            refused.Message.ShouldContain("Idempotency.Probe");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_looks_whether_it_has_happened_does_not_wait_for_the_slot_of_the_answer()
    {
        HttpClient? probing = null;
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o =>
        {
            (o.Pacing.MaxConcurrency, o.Retry.MaxRetries) = (1, 0);
            o.Idempotency.Probe = async (_, _, token) => (await probing!.GetAsync("look", token)).IsSuccessStatusCode;
        }));
        ScriptedBody events = new ScriptedBody().Text("data: sorry\n\n").Stall();
        bench.Wire.OnEach(attempt => attempt.Method == HttpMethod.Get ? HttpStatusCode.OK : ScriptedAnswer.Status(500).Body(events, "text/event-stream"));

        await bench.Run(async client =>
        {
            probing = client;
            using HttpResponseMessage response = await client.SendAsync(Writes.Post("k"), HttpCompletionOption.ResponseHeadersRead);

            response.GetCallReport()!.AlreadyDone.ShouldBeTrue();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mutation_whose_answer_does_not_come_in_full_may_have_happened(bool breaks)
    {
        using var bench = new Bench("linear", settings: Settings.For("linear", ("AttemptTimeout", "00:00:05")));
        ScriptedBody cut = new ScriptedBody().Text("""{"data":""");
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(breaks ? cut.EndEarly() : cut.Stall()));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "graphql")
            {
                Content = new StringContent("""{"query":"mutation { issueArchive(id: \"1\") { success } }"}""", Encoding.UTF8, "application/json"),
            };
            request.SetCallOptions(new CallOptions { IdempotencyKey = "k", Replay = ReplaySafety.Unsafe });
            HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(request));

            failure.Message.ShouldContain("may have happened");
            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(breaks ? 0 : 5));
    }

    [Fact]
    public async Task A_success_whose_body_can_not_be_unpacked_has_happened()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(201).Body(new ScriptedBody().Text("x").Break(() => new InvalidDataException("no gzip"))));

        await bench.Run(async client =>
        {
            await Should.ThrowAsync<InvalidDataException>(client.SendAsync(Writes.Post("k")));
            IdempotencyConflictException refused = await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")));

            refused.Reason.ShouldBe(IdempotencyConflictReason.AlreadyDone);
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task The_key_is_told_to_the_caller_and_to_nobody_else()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Broken);
        List<string> told = [];

        await bench.Run(async client =>
        {
            for (int i = 0; i < 2; i++)
            {
                HttpRequestMessage request = Writes.Post();
                request.SetCallOptions(new CallOptions { IdempotencyKey = "c4n4ry", Progress = new Listener(told) });
                (await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request))).Message.ShouldContain("c4n4ry");
            }
        });

        told.ShouldNotBeEmpty();
        told.ShouldAllBe(text => !text.Contains("c4n4ry"));
        bench.Log.Entries.ShouldAllBe(entry => !entry.Text.Contains("c4n4ry"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_sent_again_where_the_provider_recognises_repetitions_or_the_caller_says_so(bool byHeader)
    {
        using var bench = new Bench(settings: byHeader
            ? Settings.For("api", ("Idempotency:HeaderName", "Idempotency-Key"), ("Retry:MaxRetries", "0"))
            : Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(Broken, ScriptedAnswer.Status(200).Text("done"));

        await bench.Run(async client =>
        {
            await Should.ThrowAsync<HttpRequestException>(client.SendAsync(Writes.Post("k")));
            (await client.SendForText(Writes.Post("k", replay: byHeader ? null : ReplaySafety.Safe))).ShouldBe("done");
            (await client.SendForText(Writes.Post("k"))).ShouldBe("done");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_attempt_that_timed_out_leaves_it_unknown()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromHours(1)));

        await bench.Run(async client =>
        {
            CallTimeoutException late = await Should.ThrowAsync<CallTimeoutException>(client.SendAsync(Writes.Post("k")));
            late.Message.ShouldContain("may have happened");
            (await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")))).Reason.ShouldBe(IdempotencyConflictReason.OutcomeUnknown);
        });
    }

    [Fact]
    public async Task A_503_leaves_it_unknown_and_is_handed_on_as_it_is()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(503).Text("busy"));

        await bench.Run(async client =>
        {
            (await client.SendForText(Writes.Post("k"))).ShouldBe("busy");
            await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")));
        });
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.NameResolutionError)]
    public async Task What_was_never_sent_leaves_the_key_free(HttpRequestError error)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(new HttpRequestException(error, "no"), ScriptedAnswer.Status(200).Text("done"));

        await bench.Run(async client =>
        {
            HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(client.SendAsync(Writes.Post("k")));
            failure.Message.ShouldBe("no");
            (await client.SendForText(Writes.Post("k"))).ShouldBe("done");
        });
    }

    [Fact]
    public async Task A_refusal_after_an_attempt_that_may_have_happened_does_not_make_it_undone()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", "Idempotency-Key"), ("Retry:MaxRetries", "1")));
        bench.Wire.Answers(Broken, ScriptedAnswer.Status(429).RetryAfter(1));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.SendAsync(Writes.Post("k"));
            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            response.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });

        bench.Log.Named("OutcomeUnknown").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_call_cut_off_by_its_caller_is_unknown_as_well()
    {
        using var bench = new Bench();
        using var cancel = new CancellationTokenSource();

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> call = client.SendAsync(Writes.Post("k"), cancel.Token);
            await bench.Wire.NextAsync();
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(call);
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);

            (await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")))).Reason.ShouldBe(IdempotencyConflictReason.OutcomeUnknown);
        });
    }

    [Theory]
    [InlineData(true, "has happened", IdempotencyConflictReason.AlreadyDone)]
    [InlineData(null, "may have happened", IdempotencyConflictReason.OutcomeUnknown)]
    public async Task A_probe_settles_it(bool? happened, string told, IdempotencyConflictReason reason)
    {
        string? asked = null;
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o => o.Idempotency.Probe = async (request, key, _) =>
        {
            asked = $"{request.Method} {request.RequestUri!.AbsolutePath} {key} {await request.Content!.ReadAsStringAsync(CancellationToken.None)}";
            return happened;
        }));
        bench.Wire.Answers(Broken);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Writes.Post("k");
            HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request));
            failure.Message.ShouldContain(told);
            request.GetCallReport()!.AlreadyDone.ShouldBe(happened == true);
            (await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")))).Reason.ShouldBe(reason);
        });

        asked.ShouldBe("""POST /things k {"a":1}""");
        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_probe_that_says_no_frees_the_key()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o => o.Idempotency.Probe = (_, _, _) => new ValueTask<bool?>(false)));
        bench.Wire.Answers(Broken, ScriptedAnswer.Status(200).Text("done"));

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Writes.Post("k");
            (await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request))).Message.ShouldContain("did not happen");
            request.GetCallReport()!.MayHaveHappened.ShouldBeFalse();
            (await client.SendForText(Writes.Post("k"))).ShouldBe("done");
        });
    }

    [Fact]
    public async Task A_probe_that_fails_settles_nothing()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o => o.Idempotency.Probe = (_, _, _) => throw new InvalidOperationException("no idea")));
        bench.Wire.Answers(Broken);

        await bench.Run(client => Should.ThrowAsync<HttpRequestException>(client.SendAsync(Writes.Post("k"))));

        bench.Log.Named("ProbeFailed").ShouldHaveSingleItem();
        bench.Log.Named("OutcomeUnknown").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_generated_key_is_in_the_failure_so_that_the_caller_can_go_on_with_it()
    {
        using var bench = new Bench("stripe", settings: Settings.For("stripe", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(Broken, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Writes.Post(path: "v1/charges");
            HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request));
            string key = request.GetCallReport()!.IdempotencyKey!;
            failure.Message.ShouldContain(key);
            await client.SendForText(Writes.Post(key, path: "v1/charges"));
        });

        bench.Wire.Attempts[1].Headers["Idempotency-Key"].ShouldBe(bench.Wire.Attempts[0].Headers["Idempotency-Key"]);
    }

    private sealed class Listener(List<string> told) : IProgress<ResilienceEvent>
    {
        public void Report(ResilienceEvent value) => told.Add(value.ToString());
    }
}
