using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Idempotency;

public sealed class StampingTests
{
    private const string Field = "Idempotency-Key";

    [Fact]
    public async Task Every_attempt_of_a_call_carries_the_same_key()
    {
        using var bench = new Bench("stripe");
        bench.Wire.Answers(ScriptedAnswer.Status(503), ScriptedAnswer.Failure(new HttpRequestException(HttpRequestError.ResponseEnded)), HttpStatusCode.OK);

        await bench.Run(client => client.SendAsync(Writes.Post(path: "v1/charges")));

        bench.Wire.Attempts.Count.ShouldBe(3);
        string key = bench.Wire.Attempts[0].Headers[Field];
        Guid.TryParseExact(key, "D", out _).ShouldBeTrue();
        bench.Wire.Attempts.ShouldAllBe(attempt => attempt.Headers[Field] == key);
    }

    [Fact]
    public async Task Two_calls_have_two_keys()
    {
        using var bench = new Bench("stripe");
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 200; i++)
            {
                await client.SendAsync(Writes.Post(path: "v1/charges"));
            }
        });

        bench.Wire.Attempts.Select(attempt => attempt.Headers[Field]).Distinct(StringComparer.Ordinal).Count().ShouldBe(200);
    }

    [Theory]
    [InlineData("api", "POST", false)]
    [InlineData("github", "POST", false)]
    [InlineData("openai", "POST", false)]
    [InlineData("stripe", "POST", true)]
    [InlineData("stripe", "GET", false)]
    [InlineData("stripe", "DELETE", false)]
    public async Task Stamps_only_where_the_provider_honours_keys(string name, string method, bool stamped)
    {
        using var bench = new Bench(name);
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(client => client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "v1/charges")));

        bench.Wire.Attempts[0].Headers.ContainsKey(Field).ShouldBe(stamped);
    }

    [Fact]
    public async Task A_header_name_says_that_the_api_honours_keys_so_a_write_is_repeated()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", "X-Request-Key")));
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(client => client.SendAsync(Writes.Post()));

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Attempts[1].Headers["X-Request-Key"].ShouldBe(bench.Wire.Attempts[0].Headers["X-Request-Key"]);
    }

    [Fact]
    public async Task Methods_are_the_users_choice()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", Field), ("Idempotency:Methods", "PUT")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            await client.SendAsync(Writes.Post());
            await client.PutAsync("things", new StringContent("x"));
        });

        bench.Wire.Attempts[0].Headers.ContainsKey(Field).ShouldBeFalse();
        bench.Wire.Attempts[1].Headers.ContainsKey(Field).ShouldBeTrue();
    }

    [Fact]
    public async Task The_callers_own_header_is_kept()
    {
        using var bench = new Bench("stripe");
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Writes.Post("other", path: "v1/charges");
            request.Headers.Add(Field, "mine");
            using HttpResponseMessage response = await client.SendAsync(request);

            response.GetCallReport()!.IdempotencyKey.ShouldBe("mine");
        });

        bench.Wire.Attempts[0].Headers[Field].ShouldBe("mine");
    }

    [Fact]
    public async Task The_callers_key_goes_on_the_wire_where_keys_are_honoured_and_nowhere_else()
    {
        foreach ((string name, bool stamped) in ((string, bool)[])[("stripe", true), ("instantly", false)])
        {
            using var bench = new Bench(name);
            bench.Wire.OnEach(_ => HttpStatusCode.OK);

            await bench.Run(client => client.SendAsync(Writes.Post("job-1", path: "v1/charges")));

            bench.Wire.Attempts[0].Headers.TryGetValue(Field, out string? key).ShouldBe(stamped);
            key.ShouldBe(stamped ? "job-1" : null);
        }
    }

    [Theory]
    [InlineData("job-1", "\"job-1\"")]
    [InlineData("say \"hi\" \\", "\"say \\\"hi\\\" \\\\\"")]
    public async Task Quoted_it_is_a_string_of_RFC_9651(string key, string field)
    {
        using var bench = new Bench("stripe", settings: Settings.For("stripe", ("Idempotency:Quoted", "true")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(client => client.SendAsync(Writes.Post(key, path: "v1/charges")));

        bench.Wire.Attempts[0].Headers[Field].ShouldBe(field);
    }

    [Theory]
    [InlineData("schlüssel")]
    [InlineData("a\r\nEvil: 1")]
    [InlineData(" padded ")]
    public async Task What_no_header_can_carry_goes_as_a_digest(string key)
    {
        using var bench = new Bench("stripe");
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(client => client.SendAsync(Writes.Post(key, path: "v1/charges")));

        bench.Wire.Attempts[0].Headers[Field].ShouldBe(CallOptions.KeyOf(key));
        bench.Wire.Attempts[0].Headers.ContainsKey("Evil").ShouldBeFalse();
    }

    [Fact]
    public async Task In_a_scope_a_second_different_call_gets_a_number_and_a_repetition_does_not()
    {
        using var bench = new Bench("stripe");
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using (CallOptions.BeginScope(new CallOptions { IdempotencyKey = "job" }, "stripe"))
            {
                await client.SendAsync(Writes.Post(path: "v1/charges"));
                await client.SendAsync(Writes.Post(path: "v1/charges", body: "{}"));
                await client.SendAsync(Writes.Post(path: "v1/charges"));
            }
        });

        bench.Wire.Attempts.Select(attempt => attempt.Headers[Field]).ShouldBe(["job", "job/2"]);
    }

    [Fact]
    public async Task Switched_off_it_does_nothing()
    {
        using var bench = new Bench("stripe", settings: Settings.For("stripe", ("Idempotency:Enabled", "false")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            await client.SendAsync(Writes.Post("k", path: "v1/charges"));
            await client.SendAsync(Writes.Post("k", path: "v1/charges"));
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Attempts[0].Headers.ContainsKey(Field).ShouldBeFalse();
    }

    [Fact]
    public void A_key_of_parts_is_stable_and_knows_where_each_part_ends()
    {
        CallOptions.KeyOf("job", "a").ShouldBe("747vCI5KloZr_vUvKXshBU6vutx1OBgNohFY87YS55E");
        string[] keys = [CallOptions.KeyOf("job", "a"), CallOptions.KeyOf("joba"), CallOptions.KeyOf("job", "a", ""), CallOptions.KeyOf("job", "a", null), CallOptions.KeyOf("a", "job")];

        keys.Distinct(StringComparer.Ordinal).Count().ShouldBe(keys.Length);
    }
}
