using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.RateLimit;

/// <summary>What does not parse is ignored in favour of the next hint: it never throws and never shortens a wait.</summary>
public sealed class MalformedHeadersTests
{
    private static readonly string[] Clients = ["api", "github", "openai", "gemini", "instantly", "attio", "linear", "anthropic", "stripe"];

    private static readonly string[] Values =
    [
        "", " ", "-1", "-0", "+", "soon", "1e3", "NaN", "Infinity", "0x10", "1,5", "1;2", "12:34", "10s and more",
        "Mon, 99 Foo 2026 99:99:99 GMT", "Sat, 21 Nov 2026 12:00:05", "2026-13-45T00:00:00Z", "\"default\";r=x;t=", "default;r", "(", "\u00e4",
    ];

    public static TheoryData<string, string> Table
    {
        get
        {
            var table = new TheoryData<string, string>();
            foreach (string client in Clients)
            {
                foreach (string value in Values)
                {
                    table.Add(client, value);
                }
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_malformed_reset_never_throws_and_never_beats_a_well_formed_retry_after(string client, string value)
    {
        using var bench = new Bench(client, settings: Settings.For(client, ("TotalTimeout", "01:00:00"), ("RateLimits:MaxServerWait", "01:00:00")));
        ScriptedAnswer refusal = ScriptedAnswer.Status(429).RetryAfter(40);
        foreach (string header in (string[])["X-RateLimit-Reset", "X-RateLimit-Remaining", "X-RateLimit-Limit", "RateLimit", "RateLimit-Policy", "RateLimit-Reset", "Date", "Age",
            "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-requests-reset", "anthropic-ratelimit-requests-reset", "retry-after-ms"])
        {
            refusal = refusal.Header(header, value);
        }

        bench.Wire.Answers(refusal).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async http => (await http.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(40, 60);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("0x10")]
    [InlineData("Mon, 99 Foo 2026 99:99:99 GMT")]
    public async Task A_malformed_retry_after_alone_leaves_the_wait_without_a_hint(string value)
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "01:00:00")));
        bench.Wire.Answers(ScriptedAnswer.Status(429).Header("Retry-After", value)).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async http => (await http.GetAsync("things")).Dispose());

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(60, 62);
    }
}
