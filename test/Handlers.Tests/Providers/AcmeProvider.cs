using System.Globalization;

namespace Handlers.Tests.Providers;

/// <summary>The made-up API of docs/providers.md.</summary>
internal sealed class AcmeProvider : Provider
{
    // https://acme.example/docs/limits, read 2026-11-21: 50 requests a second per account; X-Acme-Left, X-Acme-Reset-Ms.
    private static readonly CallPlan Reads = new() { Quotas = [new QuotaUse("api", Cost.OneRequest)] };
    private static readonly CallPlan Writes = Reads with { Replay = ReplaySafety.Unsafe, IdempotencyHeader = "Acme-Key" };

    public override string Name => "acme";

    public override IReadOnlyList<string> Hosts => ["api.acme.example", "*.acme.example"];

    public override void ApplyDefaults(ResilienceHandlersOptions options) => options.Pacing.Limits = "50/second";

    public override CallPlan Plan(HttpRequestMessage request) => request.Method == HttpMethod.Get ? Reads : Writes;

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => false;

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        var seen = new QuotaObservation("api", LimitUnit.Requests);
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues value) in answer.Headers)
        {
            if (name.Equals("X-Acme-Left", StringComparison.OrdinalIgnoreCase) && long.TryParse(value.ToString(), NumberStyles.None, null, out long left))
            {
                seen = seen with { Remaining = left };
            }
            else if (name.Equals("X-Acme-Reset-Ms", StringComparison.OrdinalIgnoreCase) && long.TryParse(value.ToString(), NumberStyles.None, null, out long ms))
            {
                seen = seen with { Reset = TimeSpan.FromMilliseconds(Math.Min(ms, 86_400_000)) };
            }
        }

        Verdict verdict = answer.Status switch
        {
            420 => new Verdict(VerdictKind.RateLimited, "HTTP 420; X-Acme-Reset-Ms names the wait")
            {
                Wait = seen.Reset == Timeout.InfiniteTimeSpan ? null : seen.Reset,
            },
            _ => ByStatus(answer), // 429, Retry-After and all the rest, as everywhere
        };
        verdict.Observed.TryAdd(seen);
        return verdict;
    }
}
