using System.Net;
using System.Net.Http.Json;
using Handlers.Tests.Support;

namespace Handlers.Tests.Pacing;

/// <summary>A limit in bytes counts what requests carry.</summary>
public sealed class ByteLimitTests
{
    [Theory]
    [InlineData("bytes")]
    [InlineData("text")]
    [InlineData("stream")]
    [InlineData("value")]
    public async Task Bodies_are_held_back_until_their_bytes_fit(string kind)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "1000 bytes/second")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 4; i++)
            {
                (await client.PostAsync("things", Body(kind, 400))).Dispose();
            }
        });

        bench.Wire.Attempts.Select(attempt => attempt.Body.Length).ShouldAllBe(length => length == 400);
        bench.Wire.Attempts.Select(attempt => attempt.Elapsed.TotalSeconds).ShouldBe([0, 0, 1, 1], tolerance: 0.01);
    }

    [Fact]
    public async Task Those_of_a_group_count_there_alone()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Groups:files:Match", "PUT /files/*"), ("Pacing:Groups:files:Limits", "500 bytes/minute")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.PutAsync("files/1", Body("bytes", 400))).Dispose();
            (await client.PutAsync("notes/1", Body("bytes", 400))).Dispose();
            bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
            (await client.PutAsync("files/2", Body("bytes", 400))).Dispose();
        });

        bench.Time.Elapsed.TotalSeconds.ShouldBe(60, 0.1);
    }

    [Fact]
    public async Task A_body_that_can_never_fit_is_refused_and_the_calls_own_word_stands()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "1000 bytes/second")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(() => client.PostAsync("things", Body("bytes", 1001)));
            refused.Reason.ShouldBe(QuotaRefusalReason.CannotFit);

            using var compressed = new HttpRequestMessage(HttpMethod.Post, "things") { Content = Body("bytes", 1001) };
            compressed.SetCallOptions(new CallOptions { Cost = new Cost(1, Bytes: 300) });
            (await client.SendAsync(compressed)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_has_no_length_before_it_is_sent_and_what_has_no_body_cost_nothing()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "10 bytes/hour"), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 3; i++)
            {
                (await client.PostAsync("things", new StreamContent(new OneWayStream(new byte[100])))).Dispose();
                (await client.GetAsync("things")).Dispose();
            }
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    private static HttpContent Body(string kind, int length) => kind switch
    {
        "text" => new StringContent(new string('x', length)),
        "stream" => new StreamContent(new MemoryStream(new byte[length])),
        "value" => JsonContent.Create(new string('x', length - 2)),
        _ => new ByteArrayContent(new byte[length]),
    };
}
