using System.Net;
using System.Text.Json;

namespace Handlers.Testing.Tests.Twins;

public class GeminiTwinTests
{
    private const string Generate = "models/gemini-2.5-flash:generateContent";
    private const string Body = """{"contents":[{"parts":[{"text":"hi"}]}]}""";

    [Fact]
    public async Task Windows_follow_the_utc_minute_and_the_refusal_says_all_in_its_body()
    {
        using var bench = Bench(options => options.RequestsPerMinute = 2);

        await bench.Run(async () =>
        {
            await bench.Wait(50);
            await bench.Post(Generate, Body);
            await bench.Post(Generate, Body);
            HttpResponseMessage refusal = await bench.Post(Generate, Body);

            refusal.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            JsonElement error = JsonElement.Parse(await refusal.Content.ReadAsStringAsync()).GetProperty("error");
            error.GetProperty("status").GetString().ShouldBe("RESOURCE_EXHAUSTED");
            JsonElement[] details = [.. error.GetProperty("details").EnumerateArray()];
            details[1].GetProperty("violations")[0].GetProperty("quotaId").GetString().ShouldBe("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
            details[1].GetProperty("violations")[0].GetProperty("quotaValue").GetString().ShouldBe("2");
            details[2].GetProperty("retryDelay").GetString().ShouldBe("9.7s");
            error.GetProperty("message").GetString()!.ShouldEndWith("Please retry in 9.7s.");

            await bench.Wait(9.66);
            (await bench.Post(Generate, Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Twin.Early.ShouldBe(0);
        bench.Twin.Refused.ShouldBe(1);
    }

    [Fact]
    public async Task The_day_ends_at_midnight_pacific()
    {
        using var bench = Bench(options => options.RequestsPerDay = 1);

        await bench.Run(async () =>
        {
            await bench.Post(Generate, Body);
            string body = await (await bench.Post(Generate, Body)).Content.ReadAsStringAsync();
            body.ShouldContain("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
            body.ShouldContain("\"retryDelay\":\"71999.8"); // 08:00 UTC, twenty hours later
        });
    }

    [Fact]
    public async Task Streams_come_as_events_or_as_an_array_and_so_do_their_errors()
    {
        using var bench = Bench(options => options.RequestsPerMinute = 2);

        await bench.Run(async () =>
        {
            string events = await (await bench.Post("models/m:streamGenerateContent?alt=sse", Body)).Content.ReadAsStringAsync();
            events.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(5);
            string array = await (await bench.Post("models/m:streamGenerateContent", Body)).Content.ReadAsStringAsync();
            JsonElement.Parse(array).GetArrayLength().ShouldBe(5);

            JsonElement.Parse(await (await bench.Post("models/m:streamGenerateContent", Body)).Content.ReadAsStringAsync())[0].GetProperty("error").GetProperty("code").GetInt32().ShouldBe(429);
            JsonElement.Parse(await (await bench.Post("models/m:streamGenerateContent?alt=sse", Body)).Content.ReadAsStringAsync()).GetProperty("error").GetProperty("code").GetInt32().ShouldBe(429);
        });
    }

    [Fact]
    public async Task Prepaid_credits_that_are_gone_give_402()
    {
        using var bench = Bench();
        bench.Twin.PrepayDepleted = true;

        await bench.Run(async () => ((int)(await bench.Post(Generate, Body)).StatusCode).ShouldBe(402));
    }

    private static TwinBench<GeminiTwin> Bench(Action<GeminiTwinOptions>? configure = null)
    {
        var options = new GeminiTwinOptions { NetworkSpread = TimeSpan.Zero };
        configure?.Invoke(options);
        return new TwinBench<GeminiTwin>(time => new GeminiTwin(options, time));
    }
}
