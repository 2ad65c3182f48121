using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Idempotency;

public sealed class ReplayTests
{
    private static readonly ScriptedAnswer Created = ScriptedAnswer.Status(201).Json("""{"id":7}""").Header("X-Trace", "t").Header("ETag", "\"1\"").Header("Set-Thing", "a");

    [Fact]
    [Trait("Requirement", "A8")]
    public async Task The_same_key_again_gives_the_same_result_without_the_network()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Created);

        await bench.Run(async client =>
        {
            using HttpResponseMessage first = await client.SendAsync(Writes.Post("k"));
            using HttpResponseMessage second = await client.SendAsync(Writes.Post("k"));

            second.StatusCode.ShouldBe(HttpStatusCode.Created);
            second.Headers.GetValues("X-Trace").ShouldBe(["t"]);
            second.Headers.ETag!.Tag.ShouldBe("\"1\"");
            second.Content.Headers.ContentType!.ToString().ShouldBe(first.Content.Headers.ContentType!.ToString());
            (await second.Content.ReadAsStringAsync()).ShouldBe("""{"id":7}""");
            second.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
            second.GetCallReport()!.IsReplayed.ShouldBeTrue();
            second.GetCallReport()!.Attempts.ShouldBe(0);

            first.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
            first.GetCallReport()!.IsReplayed.ShouldBeFalse();
            first.GetCallReport()!.Attempts.ShouldBe(1);
            first.GetCallReport()!.IdempotencyKey.ShouldBe("k");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData("Idempotency-Key", "false", "k")]
    [InlineData("X-Once", "false", "k")]
    [InlineData("X-Once", "true", "\"k\"")]
    [InlineData("Acme-Key", "false", "k")]
    public async Task A_key_in_the_field_that_the_provider_reads_is_the_same_as_one_in_the_options(string field, string quoted, string value)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", field), ("Idempotency:Quoted", quoted)));
        bench.Wire.OnEach(_ => Created);

        await bench.Run(async client =>
        {
            HttpRequestMessage own = Writes.Post();
            own.Headers.TryAddWithoutValidation(field, value);
            (await client.SendAsync(own)).Dispose();
            using HttpResponseMessage second = await client.SendAsync(Writes.Post("k"));

            second.GetCallReport()!.IsReplayed.ShouldBeTrue();
        });

        bench.Wire.Attempts.Single().Headers[field].ShouldBe(value);
    }

    [Fact]
    [Trait("Requirement", "A8")]
    public async Task After_its_time_the_key_is_as_good_as_new()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:ResultTtl", "00:10:00")));
        bench.Wire.OnEach(_ => Created);

        await bench.Run(async client =>
        {
            await client.SendForText(Writes.Post("k"));
            await Task.Delay(TimeSpan.FromMinutes(9), bench.Time);
            await client.SendForText(Writes.Post("k"));
            bench.Wire.Attempts.Count.ShouldBe(1);
            await Task.Delay(TimeSpan.FromMinutes(2), bench.Time);
            await client.SendForText(Writes.Post("k"));
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_key_of_another_tenant_is_another_write()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Account", "acme")));
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(201).Text($"of {attempt.Headers["X-Tenant"]}"));

        await bench.Run(async client =>
        {
            foreach (string tenant in (string[])["a", "b", "a"])
            {
                HttpRequestMessage request = Writes.Post("invoice-7");
                request.Headers.Add("X-Tenant", tenant);
                (await client.SendForText(request)).ShouldBe($"of {tenant}");
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("X-Signature")]
    [InlineData("X-CSRF-Token")]
    public async Task A_key_is_known_again_whatever_proves_the_single_request(string field)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => Created);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 2; i++)
            {
                HttpRequestMessage request = Writes.Post("k");
                request.Headers.Add("X-Api-Key", "a");
                request.Headers.Add(field, $"{i}");
                await client.SendForText(request);
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Theory]
    [Trait("Requirement", "A8")]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(302)]
    public async Task Only_successes_are_kept(int status)
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(status).Text("no"), Created);

        await bench.Run(async client =>
        {
            (await client.SendForText(Writes.Post("k"))).ShouldBe("no");
            (await client.SendForText(Writes.Post("k"))).ShouldBe("""{"id":7}""");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    [Trait("Requirement", "A8")]
    public async Task A_hash_of_the_content_can_be_the_key()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:Keys", "Content")));
        bench.Wire.OnEach(_ => Created);

        await bench.Run(async client =>
        {
            await client.SendForText(Writes.Post(body: "a"));
            await client.SendForText(Writes.Post(body: "a"));
            await client.SendForText(Writes.Post(body: "b"));
            await client.SendForText(Writes.Post(body: "a", path: "others"));
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Messages_in_parts_differ_when_a_part_does_and_not_by_their_boundary()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => Created);

        await bench.Run(async client =>
        {
            await client.SendForText(Upload("aaaa"));
            await client.SendForText(Upload("aaaa"));
            (await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Upload("bbbb")))).Reason.ShouldBe(IdempotencyConflictReason.OtherPayload);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);

        static HttpRequestMessage Upload(string file)
        {
            HttpRequestMessage request = Writes.Post("k");
            request.Content = new MultipartFormDataContent { { new StringContent("7"), "id" }, { new ByteArrayContent(Encoding.ASCII.GetBytes(file)), "file", "f.bin" } };
            return request;
        }
    }

    [Fact]
    public async Task A_body_that_is_not_seen_whole_is_no_key()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:Keys", "Content")));
        bench.Wire.OnEach(_ => Created);

        await bench.Run(async client =>
        {
            foreach (byte fill in (byte[])[1, 2])
            {
                byte[] bytes = new byte[2 * 1024 * 1024];
                Array.Fill(bytes, fill);
                using HttpRequestMessage request = Writes.Post();
                request.Content = new StreamContent(new MemoryStream(bytes));
                (await client.SendAsync(request)).Dispose();
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task One_key_for_two_payloads_is_an_error_that_says_so()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Created);

        await bench.Run(async client =>
        {
            await client.SendForText(Writes.Post("k"));
            IdempotencyConflictException conflict = await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k", """{"a":2}""")));

            conflict.Reason.ShouldBe(IdempotencyConflictReason.OtherPayload);
            conflict.Message.ShouldContain("\"k\"");
            conflict.Message.ShouldContain("another payload");
            conflict.ShouldBeAssignableTo<HttpRequestException>();
            conflict.Report.MayHaveHappened.ShouldBeFalse();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Log.Named("KeyRefused").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Another_payload_while_the_first_is_under_way_is_the_same_error()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Created.After(TimeSpan.FromSeconds(2)));

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> first = client.SendAsync(Writes.Post("k"));
            await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k", "other")));

            (await first).StatusCode.ShouldBe(HttpStatusCode.Created);
        });
    }

    [Fact]
    public async Task Keys_of_two_accounts_are_two_keys()
    {
        using var bench = new Bench();
        int n = 0;
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Text($"{++n}"));

        await bench.Run(async client =>
        {
            foreach (string token in (string[])["a", "b", "a"])
            {
                HttpRequestMessage request = Writes.Post("k");
                request.Headers.Add("Authorization", $"Bearer {token}");
                (await client.SendForText(request)).ShouldBe(token == "a" ? "1" : "2");
            }

            using (CallOptions.BeginScope(new CallOptions { Account = "c" }))
            {
                (await client.SendForText(Writes.Post("k"))).ShouldBe("3");
            }
        });
    }

    [Fact]
    public async Task What_is_too_large_or_a_stream_reaches_the_caller_and_is_not_sent_again()
    {
        foreach (ScriptedAnswer answer in (ScriptedAnswer[])[ScriptedAnswer.Status(200).Text(new string('x', 5000)), ScriptedAnswer.Status(200).Text("data: 1\n\n", "text/event-stream")])
        {
            using var bench = new Bench(settings: Settings.For("api", ("Idempotency:MaxResultBytes", "1000")));
            bench.Wire.Answers(answer);

            await bench.Run(async client =>
            {
                (await client.SendForText(Writes.Post("k"))).Length.ShouldBeGreaterThan(5);
                IdempotencyConflictException known = await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")));
                known.Reason.ShouldBe(IdempotencyConflictReason.AlreadyDone);
            });

            bench.Wire.Attempts.Count.ShouldBe(1);
            bench.Wire.Undisposed.ShouldBe(0);
        }
    }

    [Fact]
    public async Task Results_survive_the_rotation_of_handlers()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Created);

        await bench.Time.RunAsync(async () =>
        {
            using (HttpClient first = bench.Create())
            {
                await first.SendForText(Writes.Post("k"));
            }

            await Task.Delay(TimeSpan.FromMinutes(3), bench.Time);
            using HttpClient second = bench.Create();
            (await second.SendForText(Writes.Post("k"))).ShouldBe("""{"id":7}""");
        });
    }

    [Fact]
    public async Task A_store_of_ones_own_replaces_the_memory()
    {
        var store = new DictionaryStore(answersAtOnce: false);
        using var bench = new Bench(services: services => services.AddSingleton<IIdempotencyStore>(store));
        bench.Wire.Answers(Created);

        await bench.Run(async client =>
        {
            await client.SendForText(Writes.Post("secret-key"));
            (await client.SendForText(Writes.Post("secret-key"))).ShouldBe("""{"id":7}""");
        });

        (string key, IdempotencyRecord record) = store.Records.ShouldHaveSingleItem();
        key.ShouldNotContain("secret");
        record.IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task A_store_that_fails_keeps_the_write_from_being_sent()
    {
        var store = new DictionaryStore(answersAtOnce: false) { Fails = true };
        using var bench = new Bench(services: services => services.AddSingleton<IIdempotencyStore>(store));

        await bench.Run(async client =>
        {
            IdempotencyConflictException failed = await Should.ThrowAsync<IdempotencyConflictException>(client.SendAsync(Writes.Post("k")));
            failed.Reason.ShouldBe(IdempotencyConflictReason.StoreFailed);
            failed.InnerException.ShouldBeOfType<IOException>();
        });

        bench.Wire.Attempts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_container_it_works_alone()
    {
        var time = new VirtualTime();
        using var wire = new ScriptedTransport(time);
        wire.Answers(Created);
        using var client = new HttpClient(new IdempotencyHandler(new IdempotencyOptions(), timeProvider: time) { InnerHandler = wire }) { BaseAddress = new Uri("https://api.example/") };

        await time.RunAsync(async () =>
        {
            await client.SendForText(Writes.Post("k"));
            (await client.SendForText(Writes.Post("k"))).ShouldBe("""{"id":7}""");
        });

        wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Synchronous_calls_replay_too()
    {
        using var bench = new Bench();
        bench.Wire.Answers(Created);

        await bench.Run(client =>
        {
            using HttpResponseMessage first = client.Send(Writes.Post("k"));
            using HttpResponseMessage second = client.Send(Writes.Post("k"));

            second.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
            first.GetCallReport()!.Attempts.ShouldBe(1);
            return Task.CompletedTask;
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_synchronous_call_does_without_an_asynchronous_store_and_that_is_said_once()
    {
        var store = new DictionaryStore(answersAtOnce: false);
        using var bench = new Bench(services: services => services.AddSingleton<IIdempotencyStore>(store));
        bench.Wire.OnEach(_ => Created);

        await bench.Run(client =>
        {
            client.Send(Writes.Post("k")).Dispose();
            client.Send(Writes.Post("k")).Dispose();
            return Task.CompletedTask;
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        store.Records.ShouldBeEmpty();
        bench.Log.Named("KeyStorePassedOver").ShouldHaveSingleItem();
    }
}
