using System.Net;

namespace Handlers.Testing.Tests.Twins;

public class AttioTwinTests
{
    [Fact]
    public async Task A_refusal_names_the_next_clock_second_as_a_date()
    {
        using var bench = Bench(options =>
        {
            options.WritesPerSecond = 1;
            options.ClockSkew = TimeSpan.FromSeconds(-30);
        });

        await bench.Run(async () =>
        {
            await bench.Post("objects/people/records", """{"n":1}""");
            HttpResponseMessage refusal = await bench.Post("objects/people/records", """{"n":2}""");

            refusal.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            refusal.Header("Retry-After").ShouldBe("Sat, 21 Nov 2026 11:59:31 GMT");
            refusal.Header("Date").ShouldBe("Sat, 21 Nov 2026 11:59:30 GMT");
            (await refusal.Content.ReadAsStringAsync()).ShouldBe("""{"status_code":429,"type":"rate_limit_error","code":"rate_limit_exceeded","message":"Rate limit exceeded, please try again later"}""");
            (await bench.Get("objects")).StatusCode.ShouldBe(HttpStatusCode.OK);

            await bench.Wait(0.7);
            (await bench.Post("objects/people/records", """{"n":2}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Early.ShouldBe(0);
    }

    [Fact]
    public async Task An_upsert_may_be_repeated_and_finds_its_record()
    {
        using var bench = Bench();
        const string Person = """{"data":{"values":{"email":"a@b.c","name":"A"}}}""";

        await bench.Run(async () =>
        {
            string first = await Upsert(Person);
            string second = await Upsert(Person.Replace("\"A\"", "\"B\"", StringComparison.Ordinal));
            string other = await Upsert(Person.Replace("a@b.c", "x@b.c", StringComparison.Ordinal));

            second.ShouldBe(first);
            (other == first).ShouldBeFalse();
        });

        bench.Twin.DuplicateWrites.ShouldBe(0);

        async Task<string> Upsert(string json)
        {
            using var content = new StringContent(json);
            HttpResponseMessage answer = await bench.Client.PutAsync("objects/people/records?matching_attribute=email", content);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task Queries_are_reads_with_a_score()
    {
        using var bench = Bench(options =>
        {
            options.ScoreLimit = 10;
            options.ScoreOf = static _ => 6;
        });

        await bench.Run(async () =>
        {
            (await bench.Post("objects/people/records/query", "{}")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await bench.Post("objects/people/records/query", "{}")).Header("Retry-After").ShouldBe("Sat, 21 Nov 2026 12:00:11 GMT");
        });

        bench.Twin.Quotas["score"].Refused.ShouldBe(1);
        bench.Twin.DuplicateWrites.ShouldBe(0);
    }

    private static TwinBench<AttioTwin> Bench(Action<AttioTwinOptions>? configure = null)
    {
        var options = new AttioTwinOptions { NetworkSpread = TimeSpan.Zero };
        configure?.Invoke(options);
        return new TwinBench<AttioTwin>(time => new AttioTwin(options, time));
    }
}
