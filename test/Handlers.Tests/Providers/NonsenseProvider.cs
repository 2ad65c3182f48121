using System.Collections.Immutable;

namespace Handlers.Tests.Providers;

/// <summary>A provider that says what has no meaning, in one way of many.</summary>
internal sealed class NonsenseProvider(string how) : Provider
{
    public override string Name => "nonsense";

    public override IReadOnlyList<string> Hosts => [];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
    }

    public override CallPlan Plan(HttpRequestMessage request)
    {
        ImmutableArray<QuotaUse> uses = how == "plan"
            ? [new QuotaUse(null!, Cost.OneRequest), new QuotaUse("api", new Cost(-5, long.MaxValue, long.MinValue), (QuotaStart)9)]
            : [new QuotaUse("api", Cost.OneRequest)];
        return new() { Quotas = uses, Replay = how == "plan" ? (ReplaySafety)77 : ReplaySafety.ByMethod };
    }

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => false;

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        Verdict verdict = how switch
        {
            "kind" => new Verdict((VerdictKind)42, ""),
            "wait" => new Verdict(VerdictKind.Ok, null!) { Wait = TimeSpan.FromSeconds(-5), Resource = "" },
            "default" => default,
            _ => Verdict.Ok,
        };
        var seen = new QuotaObservation("api", LimitUnit.Requests) { Limit = 10, Remaining = 9, Reset = TimeSpan.FromMinutes(1) };
        switch (how)
        {
            case "unit":
                verdict.Observed.TryAdd(seen with { Unit = (LimitUnit)200 });
                break;
            case "meaning":
                verdict.Observed.TryAdd(seen with { Meaning = (ResetMeaning)9 });
                break;
            case "nameless":
                verdict.Observed.TryAdd(default);
                break;
            case "numbers":
                verdict.Observed.TryAdd(seen with { Limit = long.MaxValue, Remaining = long.MinValue, Cost = long.MaxValue });
                verdict.Observed.TryAdd(new QuotaObservation("api", LimitUnit.Tokens) { Limit = long.MaxValue, Meaning = ResetMeaning.TimeUntilFull, Cost = -7 });
                break;
            case "times":
                verdict.Observed.TryAdd(seen with { Reset = TimeSpan.MaxValue, Window = TimeSpan.MaxValue });
                verdict.Observed.TryAdd(seen with { Unit = LimitUnit.Points, Reset = TimeSpan.MinValue, Window = TimeSpan.FromSeconds(-3) });
                break;
            default:
                break;
        }

        return verdict;
    }
}
