using System.Net;
using System.Text.RegularExpressions;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Configuration;

/// <summary>What passes validation works: every option at each end of its range, with calls that succeed, fail and are refused.</summary>
public sealed partial class OptionEdgesTests
{
    public static TheoryData<string, string> Edges
    {
        get
        {
            var edges = new TheoryData<string, string>();
            foreach (Option option in OptionSchema.Options)
            {
                if (Range.Match(option.Expects) is { Success: true } range)
                {
                    edges.Add(option.Path, range.Groups["least"].Value);
                    edges.Add(option.Path, range.Groups["most"].Value);
                }

                if (option.Expects.Contains("\"none\"", StringComparison.Ordinal))
                {
                    edges.Add(option.Path, "none");
                }
            }

            return edges;
        }
    }

    [Theory]
    [MemberData(nameof(Edges))]
    public async Task An_option_at_the_end_of_its_range_works(string path, string value)
    {
        Dictionary<string, string?> settings = Settings.For("api", (path, value));
        foreach ((string other, string needed) in Needed(path))
        {
            settings[Settings.Key("api", other)] = needed;
        }

        using var bench = new Bench(settings: settings);
        bench.Wire.OnEach(attempt => (attempt.Number % 3) switch
        {
            0 => HttpStatusCode.ServiceUnavailable,
            1 => ScriptedAnswer.Status(200).Header("Cache-Control", "max-age=1").Header("ETag", "\"1\"").Text("fine"),
            _ => ScriptedAnswer.Status(429).RetryAfter(1),
        });
        List<Exception> odd = [];

        await bench.Run(async client =>
        {
            for (int i = 0; i < 12; i++)
            {
                using var request = new HttpRequestMessage(i % 4 == 3 ? HttpMethod.Post : HttpMethod.Get, $"things/{i % 3}");
                request.Content = i % 4 == 3 ? new StringContent("{}") : null;
                request.SetCallOptions(new CallOptions { IdempotencyKey = i % 4 == 3 ? $"key-{i}" : null });
                try
                {
                    (await client.SendAsync(request)).Dispose();
                }
                catch (ResilienceRejectedException)
                {
                    // A refusal of ours is an answer, too.
                }
                catch (Exception failure)
                {
                    odd.Add(failure);
                }
            }
        });

        odd.ShouldBeEmpty();
        bench.Time.Elapsed.ShouldBeLessThan(TimeSpan.FromDays(40));
    }

    /// <summary>What must be set as well, so that the option means something.</summary>
    private static (string Option, string Value)[] Needed(string path) => path switch
    {
        "CircuitBreaker:MinimumThroughput" or "CircuitBreaker:SamplingDuration" => [("CircuitBreaker:FailureRatio", "0.5")],
        "Pacing:ReservePercent" => [("Pacing:Mode", "Reserve"), ("Pacing:Limits", "10/second")],
        "Pacing:MarginPercent" => [("Pacing:Limits", "10/second, 20 tokens/minute; burst 3, 30/minute; adaptive 20..40")],
        _ => [],
    };

    [GeneratedRegex("from (?<least>\\S+) to (?<most>[^\\s;]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Range { get; }
}
