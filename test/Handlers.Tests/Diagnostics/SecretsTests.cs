using System.Net;
using System.Text;
using System.Text.Json;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Diagnostics;

/// <summary>Rule 14: no secret leaves, whatever happens to the call.</summary>
public sealed class SecretsTests
{
    private const string Canary = "c4n4ry";

    public static TheoryData<string, string> Fates
    {
        get
        {
            var fates = new TheoryData<string, string>();
            foreach (string client in (string[])["api", "github", "openai", "gemini", "instantly", "attio", "linear", "anthropic", "stripe"])
            {
                foreach (string fate in (string[])["success", "429", "503", "broken", "attempt", "deadline", "circuit", "quota", "malformed"])
                {
                    fates.Add(client, fate);
                }
            }

            return fates;
        }
    }

    [Theory]
    [MemberData(nameof(Fates))]
    public async Task A_key_in_query_header_or_path_is_in_no_log_exception_or_report(string client, string fate)
    {
        using var bench = new Bench(client, settings: Settings.For(
            client,
            ("Retry:MaxRetries", "1"),
            ("AttemptTimeout", fate == "attempt" ? "00:00:02" : "00:00:20"),
            ("TotalTimeout", "00:00:30"),
            ("CircuitBreaker:FailureThreshold", fate == "circuit" ? "1" : "50"),
            ("Pacing:MaxWait", fate == "quota" ? "00:00:00" : "00:00:25"),
            ("Pacing:Limits", fate == "quota" ? "1/hour" : "1000/second")));
        bench.Wire.OnEach(_ => fate switch
        {
            "success" or "quota" => HttpStatusCode.OK,
            "429" => ScriptedAnswer.Status(429).RetryAfter(2).Json("""{"error":{"message":"slow down"}}"""),
            "503" or "circuit" => HttpStatusCode.ServiceUnavailable,
            "broken" => new HttpRequestException(HttpRequestError.ResponseEnded, "cut"),
            "malformed" => ScriptedAnswer.Status(429).Header("Retry-After", "soon").Header("X-RateLimit-Reset", "?"),
            _ => null,
        });
        var told = new StringBuilder();

        await bench.Run(async http =>
        {
            for (int i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/bot{Canary}99:AAEhBP0av28/send?key={Canary}&api_key={Canary}#{Canary}");
                request.Headers.Add("Authorization", $"Bearer {Canary}");
                request.Headers.Add("x-goog-api-key", Canary);
                request.Headers.Add("Cookie", $"session={Canary}");
                try
                {
                    using HttpResponseMessage response = await http.SendAsync(request);
                }
                catch (HttpRequestException failure)
                {
                    told.AppendLine(failure.ToString());
                    told.AppendLine(JsonSerializer.Serialize((failure as ResilienceRejectedException)?.Report));
                }

                told.AppendLine(JsonSerializer.Serialize(request.GetCallReport()));
            }
        });

        foreach (LogEntry entry in bench.Log.Entries.Where(e => e.Category.StartsWith("Handlers", StringComparison.Ordinal)))
        {
            told.AppendLine(entry.Text);
        }

        told.Length.ShouldBeGreaterThan(100);
        told.ToString().ShouldNotContain(Canary);
    }
}
