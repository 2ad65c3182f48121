using System.Globalization;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Configuration;

/// <summary>An edit of one setting changes nothing for what the others say: no call that waits goes or is refused earlier, later or in another order.</summary>
public sealed class UnrelatedEditTests
{
    [Theory]
    [InlineData("Pacing:Limits", "8/minute; window, 10/minute; window", "Smooth")]
    [InlineData("Pacing:Limits", "8/minute, 10/minute; burst 2", "FinishSoonest")]
    [InlineData("Pacing:Limits", "4/second; burst 1, 5/minute; adaptive 2..9", "Reserve")]
    [InlineData("Pacing:MinInterval", "00:00:00.800", "FinishSoonest")]
    [InlineData("Pacing:MaxConcurrency", "1", "Reserve")]
    [InlineData("Pacing:MaxConcurrency", "2", "Smooth")]
    public async Task No_waiting_call_notices(string option, string value, string mode)
    {
        IReadOnlyList<string> undisturbed = await RunAsync(edits: 0);

        IReadOnlyList<string> disturbed = await RunAsync(edits: 20);

        disturbed.ShouldBe(undisturbed);

        async Task<IReadOnlyList<string>> RunAsync(int edits)
        {
            var ends = new List<string>();
            using var bench = new Bench(settings: Settings.For("api", (option, value), ("Pacing:Mode", mode), ("Caching:Enabled", "false"), ("TotalTimeout", "00:01:10")));
            bench.Wire.OnEach(attempt => attempt.Number == 2
                ? ScriptedAnswer.Status(429).RetryAfter(11)
                : ScriptedAnswer.Status(HttpStatusCode.OK).After(TimeSpan.FromSeconds(0.7)));
            await bench.Run(async client =>
            {
                Task[] calls = [.. Enumerable.Range(0, 24).Select(i => CallAsync(client, i))];
                for (int i = 0; i < edits; i++)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1.31), bench.Time);
                    bench.Settings.Edit(Settings.Key("api", "Caching:MaxVariants"), $"{9 + i}");
                }

                await Task.WhenAll(calls);
            });
            return [.. bench.Wire.Attempts.Select(attempt => string.Create(CultureInfo.InvariantCulture, $"{attempt.Elapsed} {attempt.Uri.AbsolutePath}")), .. ends];

            async Task CallAsync(HttpClient client, int i)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.11 * i), bench.Time);
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{i}");
                request.SetCallOptions(new CallOptions { Deadline = i % 3 == 0 ? TimeSpan.FromSeconds(14 + i) : null, Tenant = $"{i % 2}", Priority = (CallPriority)(i % 3) });
                try
                {
                    (await client.SendAsync(request)).Dispose();
                    ends.Add($"{bench.Time.Elapsed} {i} answered");
                }
                catch (ResilienceRejectedException refused)
                {
                    ends.Add($"{bench.Time.Elapsed} {i} {refused.GetType().Name}");
                }
            }
        }
    }
}
