using System.Globalization;
using System.Text;
using Handlers.Testing;

namespace Handlers.Tool.Simulation.Conformance;

/// <summary>Makes one call for each row and looks whether and when it is sent again. A row counts as a call, a row handled right as one that is ok.</summary>
internal static class ConformanceRun
{
    // Later than the provider asked by so much is still right: a guard for dates of whole seconds, and a spread of those who wait together.
    private const double LateShare = 0.15;
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    // Where the provider does not say: the wait after a refusal without a hint, and its spread.
    private static readonly TimeSpan LongestOwnWait = TimeSpan.FromSeconds(75);

    public static async Task<RunFigures> RunAsync(Scenario scenario, string policy, int seed)
    {
        int right = 0;
        int sends = 0;
        int again = 0;
        List<string> early = [];
        List<string> wrong = [];
        foreach (ConformanceRow row in scenario.Conformance!.Rows)
        {
            var (attempts, kind) = await MakeAsync(scenario, policy, seed, row).ConfigureAwait(false);
            sends += attempts.Count;
            again += Math.Max(0, attempts.Count - 1);
            if (attempts.Count > 1 && row.IsInstant && attempts[1] < row.Wait)
            {
                early.Add($"{row.Name}: sent again after {Seconds(attempts[1])}, before the {Seconds(row.Wait.Value)} that were asked for");
            }
            else if (Mistake(row, attempts, kind) is { } mistake)
            {
                wrong.Add($"{row.Name}: {mistake}");
            }
            else
            {
                right++;
            }
        }

        int rows = scenario.Conformance.Rows.Count;
        return new RunFigures
        {
            Scenario = scenario.Name,
            Policy = policy,
            Seed = seed,
            Ok = right,
            Calls = rows,
            Refused = 0,
            Wasted = 0,
            Sends = sends,
            Amplification = rows == 0 ? 0 : (double)sends / rows,
            OptimumOk = rows,
            HardRulesBroken = early.Count,
            Broken = early,
            Wrong = wrong,
        };
    }

    private static async Task<(List<TimeSpan> Attempts, VerdictKind? Kind)> MakeAsync(Scenario scenario, string policy, int seed, ConformanceRow row)
    {
        var time = new VirtualTime(row.Now);
        var uri = new Uri(row.Url);
        using var wire = new OneAnswer(row, time);
        using PolicyClient client = Policies.Create(policy, scenario, row.Provider == "generic" ? "api" : row.Provider, new Uri(uri.GetLeftPart(UriPartial.Authority)), wire, time, new Random(seed));
        VerdictKind? kind = await time.RunAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(new HttpMethod(row.Method), uri);
                if (row.Method is "POST" or "PUT" or "PATCH")
                {
                    request.Content = new StringContent(row.RequestBody ?? "{}", Encoding.UTF8, "application/json");
                }

                try
                {
                    using HttpResponseMessage response = await client.Client.SendAsync(request).ConfigureAwait(false);
                    return FirstVerdict(response.GetCallReport());
                }
                catch (Exception)
                {
                    return FirstVerdict(request.GetCallReport()); // peers have exceptions of their own; what counts here is what they sent
                }
            },
            row.Name).ConfigureAwait(false);
        return (wire.Attempts, kind);
    }

    private static VerdictKind? FirstVerdict(CallReport? report) => report?.History.FirstOrDefault(static attempt => attempt.Number == 1) is { Number: 1 } first ? first.Verdict : null;

    private static string? Mistake(ConformanceRow row, List<TimeSpan> attempts, VerdictKind? kind)
    {
        if (row.Kind is { } expected && kind is { } verdict && Spell(verdict) != expected)
        {
            return $"judged {Spell(verdict)}, it is {expected}";
        }

        if (!row.Retry)
        {
            return attempts.Count == 1 ? null : "sent again, which it must not be";
        }

        if (attempts.Count == 1)
        {
            return "not sent again, which it should be";
        }

        TimeSpan latest = row.Wait is { } wait ? wait + (wait * LateShare) + Late : LongestOwnWait;
        return attempts[1] <= latest ? null : $"sent again after {Seconds(attempts[1])}, later than {Seconds(latest)}";
    }

    private static string Spell(VerdictKind kind) => kind switch
    {
        VerdictKind.Ok => "ok",
        VerdictKind.RateLimited => "rate_limited",
        VerdictKind.QuotaExhausted => "quota_exhausted",
        VerdictKind.Transient => "transient",
        _ => "fatal",
    };

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");
}
