using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

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
                foreach (string fate in (string[])["success", "429", "503", "broken", "attempt", "deadline", "circuit", "quota", "malformed", "told", "sync"])
                {
                    fates.Add(client, fate);
                }
            }

            return fates;
        }
    }

    [Theory]
    [MemberData(nameof(Fates))]
    public async Task A_key_in_query_header_or_path_is_in_no_log_exception_report_event_or_measurement(string client, string fate)
    {
        using var bench = new Bench(client, settings: Settings.For(
            client,
            ("Retry:MaxRetries", "1"),
            ("AttemptTimeout", fate == "attempt" ? "00:00:02" : "00:00:20"),
            ("TotalTimeout", "00:00:30"),
            ("CircuitBreaker:FailureThreshold", fate == "circuit" ? "1" : "50"),
            ("Pacing:MaxWait", fate == "quota" ? "00:00:00" : "00:00:25"),
            ("Pacing:Limits", fate == "quota" ? "1/hour" : "1000/second")));
        using var ears = new Eavesdropper();
        bench.Wire.OnEach(_ => fate switch
        {
            "success" or "quota" => HttpStatusCode.OK,

            // The server itself repeats what it was sent.
            "told" or "sync" => ScriptedAnswer.Status(429).RetryAfter(1)
                .Header("Location", $"https://api.example/?key={Canary}").Header("Set-Cookie", $"session={Canary}").Header("WWW-Authenticate", $"Bearer {Canary}")
                .Json($$$"""{"message":"{{{Canary}}}","error":{"message":"Incorrect API key provided: {{{Canary}}}","code":"{{{Canary}}}","type":"{{{Canary}}}"},"errors":[{"message":"{{{Canary}}}"}]}"""),
            "429" => ScriptedAnswer.Status(429).RetryAfter(2).Json("""{"error":{"message":"slow down"}}"""),
            "503" or "circuit" => HttpStatusCode.ServiceUnavailable,
            "broken" => new HttpRequestException(HttpRequestError.ResponseEnded, "cut"),
            "malformed" => ScriptedAnswer.Status(429).Header("Retry-After", "soon").Header("X-RateLimit-Reset", "?"),
            _ => null,
        });

        await bench.Run(async http =>
        {
            using var stop = new CancellationTokenSource();
            IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();
            Task watching = WatchAsync(monitor, ears, stop.Token);
            for (int i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/bot{Canary}99:AAEhBP0av28/send?key={Canary}&api_key={Canary}#{Canary}");
                request.Headers.Add("Authorization", $"Bearer {Canary}");
                request.Headers.Add("x-goog-api-key", Canary);
                request.Headers.Add("Cookie", $"session={Canary}");
                var progress = new ToldEvents();
                request.SetCallOptions(new CallOptions { Progress = progress });
                try
                {
                    using HttpResponseMessage response = fate == "sync"
                        ? await bench.Time.RunSyncAsync(() => http.Send(request))
                        : await http.SendAsync(request);
                }
                catch (HttpRequestException failure)
                {
                    ears.Note(failure.ToString());
                    ears.NoteAll((failure as ResilienceRejectedException)?.Report);
                }

                ears.NoteAll(request.GetCallReport());
                foreach (ResilienceEvent happened in progress.All)
                {
                    ears.NoteAll(happened);
                }
            }

            foreach (object snapshot in (object[])[.. monitor.Circuits, .. monitor.Quotas, .. monitor.Clients])
            {
                ears.NoteAll(snapshot);
            }

            await stop.CancelAsync();
            await watching;
        });

        foreach (LogEntry entry in bench.Log.Entries.Where(e => e.Category.StartsWith("Handlers", StringComparison.Ordinal)))
        {
            ears.Note(entry.Text);
        }

        ears.Heard.Length.ShouldBeGreaterThan(1000);
        ears.Heard.ShouldNotContain(Canary);
    }

    private static async Task WatchAsync(IResilienceMonitor monitor, Eavesdropper ears, CancellationToken token)
    {
        try
        {
            await foreach (ResilienceEvent happened in monitor.Watch(token))
            {
                ears.NoteAll(happened);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
