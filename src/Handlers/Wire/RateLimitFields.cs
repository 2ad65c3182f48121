using System.Net.Http.Headers;
using Handlers.Wire.StructuredFields;

namespace Handlers.Wire;

/// <summary>
/// The RateLimit fields in every form that is about: the IETF draft's lists (-08 and later), its dictionary (-07), its three fields (-00 to -06) and
/// their <c>X-</c> ancestors. Gather them while walking the headers, then <see cref="Read"/>. What is malformed counts as absent, then the next older
/// form is tried. Ignore the lot on a response with a positive Age: it tells of another moment.
/// </summary>
internal struct RateLimitFields
{
    // A response that names more policies than this is not describing limits any more.
    private const int MaxReadings = 32;

    /// <summary>RateLimit: a List of named items with <c>r</c> and <c>t</c>, or the dictionary of draft -07.</summary>
    public string? RateLimit { get; set; }

    /// <summary>RateLimit-Policy: named items with <c>q</c> and <c>w</c>, or bare quotas with <c>w</c>.</summary>
    public string? Policies { get; set; }

    /// <summary>RateLimit-Limit.</summary>
    public string? Limit { get; set; }

    /// <summary>RateLimit-Remaining.</summary>
    public string? Remaining { get; set; }

    /// <summary>RateLimit-Reset.</summary>
    public string? Reset { get; set; }

    /// <summary>X-RateLimit-Limit.</summary>
    public string? LegacyLimit { get; set; }

    /// <summary>X-RateLimit-Remaining.</summary>
    public string? LegacyRemaining { get; set; }

    /// <summary>X-RateLimit-Reset: seconds to go or Unix time, told by magnitude.</summary>
    public string? LegacyReset { get; set; }

    /// <summary>Takes the field if it is one of these; false for any other name.</summary>
    public bool TryTake(string name, HeaderStringValues lines)
    {
        // Most headers of a response leave here, by length alone.
        switch (name.Length)
        {
            case 9 when Is(name, "RateLimit"):
                RateLimit = lines.ToString();
                return true;
            case 16 when Is(name, "RateLimit-Policy"):
                Policies = lines.ToString();
                return true;
            case 15 when Is(name, "RateLimit-Limit"):
                Limit = lines.ToString();
                return true;
            case 19 when Is(name, "RateLimit-Remaining"):
                Remaining = Single(lines);
                return true;
            case 15 when Is(name, "RateLimit-Reset"):
                Reset = Single(lines);
                return true;
            case 17 when Is(name, "X-RateLimit-Limit"):
                LegacyLimit = lines.ToString();
                return true;
            case 21 when Is(name, "X-RateLimit-Remaining"):
                LegacyRemaining = Single(lines);
                return true;
            case 17 when Is(name, "X-RateLimit-Reset"):
                LegacyReset = Single(lines);
                return true;
            default:
                return false;
        }
    }

    /// <summary>One reading per policy; empty when no field is usable. Policies without a state of their own come last.</summary>
    public readonly IReadOnlyList<RateLimitReading> Read(DateTimeOffset serverNow)
    {
        if ((RateLimit ?? Policies ?? Limit ?? Remaining ?? Reset ?? LegacyLimit ?? LegacyRemaining ?? LegacyReset) is null)
        {
            return [];
        }

        List<RateLimitReading> policies = [];
        ReadPolicies(Policies, policies);

        List<RateLimitReading> readings = [];
        _ = TryReadList(RateLimit, policies, readings)
            || TryReadDictionary(RateLimit, policies, readings)
            || TryReadTriple(Limit, Remaining, Reset, serverNow, policies, readings)
            || TryReadTriple(LegacyLimit, LegacyRemaining, LegacyReset, serverNow, policies, readings);
        readings.AddRange(policies);
        return readings;
    }

    private static void ReadPolicies(string? field, List<RateLimitReading> policies)
    {
        if (field is null || !StructuredField.TryParseList(field, out List<SfMember>? members))
        {
            return;
        }

        foreach (SfMember member in members)
        {
            if (policies.Count < MaxReadings && member is SfItem item && TryReadPolicy(item, out RateLimitReading policy))
            {
                policies.Add(policy);
            }
        }
    }

    private static bool TryReadPolicy(SfItem item, out RateLimitReading policy)
    {
        policy = default;
        if (!TryGetParameter(item, "w", out long? window) || window == 0)
        {
            return false;
        }

        policy = new RateLimitReading(Window: ToTimeSpan(window));
        if (item.Value is { Kind: SfKind.Integer, Integer: >= 0 } quota)
        {
            policy = policy with { Limit = quota.Integer };
            return true;
        }

        if (item.Value.Kind != SfKind.String || !TryGetParameter(item, "q", out long? limit) || limit is null)
        {
            return false;
        }

        string? unit = item.Parameters.TryGetValue("qu", out SfBareItem value) && value.Kind == SfKind.String ? value.Text : null;
        policy = policy with { Policy = item.Value.Text, Limit = limit, Unit = unit };
        return true;
    }

    // "default";r=50;t=30
    private static bool TryReadList(string? field, List<RateLimitReading> policies, List<RateLimitReading> readings)
    {
        if (field is null || !StructuredField.TryParseList(field, out List<SfMember>? members))
        {
            return false;
        }

        foreach (SfMember member in members)
        {
            if (readings.Count < MaxReadings
                && member is SfItem item
                && item.Value.Kind == SfKind.String
                && TryGetParameter(item, "r", out long? remaining) && remaining is not null
                && TryGetParameter(item, "t", out long? reset))
            {
                int at = policies.FindIndex(policy => policy.Policy == item.Value.Text);
                RateLimitReading known = at < 0 ? new RateLimitReading(item.Value.Text) : policies[at];
                readings.Add(known with { Remaining = remaining, ResetAfter = ToTimeSpan(reset) });
            }
        }

        // Only now: a name may stand for several partitions, and each of them has the policy's quota.
        policies.RemoveAll(policy => policy.Policy is not null && readings.Exists(reading => reading.Policy == policy.Policy));
        return readings.Count > 0;
    }

    // limit=100, remaining=50, reset=5
    private static bool TryReadDictionary(string? field, List<RateLimitReading> policies, List<RateLimitReading> readings)
    {
        if (field is null || !StructuredField.TryParseDictionary(field, out OrderedDictionary<string, SfMember>? members))
        {
            return false;
        }

        return TryAdd(
            new RateLimitReading(Limit: Count(members, "limit"), Remaining: Count(members, "remaining"), ResetAfter: ToTimeSpan(Count(members, "reset"))),
            policies,
            readings);
    }

    // 100, 100;w=10 and 50 and 5
    private static bool TryReadTriple(
        string? limit, string? remaining, string? reset, DateTimeOffset serverNow, List<RateLimitReading> policies, List<RateLimitReading> readings)
    {
        List<RateLimitReading> limits = [];
        ReadPolicies(limit, limits);
        List<RateLimitReading> left = [];
        ReadPolicies(remaining, left);

        RateLimitReading reading = limits.Count > 0 ? limits[0] : default;
        policies.AddRange(limits.Skip(1));
        return TryAdd(
            reading with { Remaining = left.Count == 1 ? left[0].Limit : null, ResetAfter = ParseReset(reset, serverNow) },
            policies,
            readings);
    }

    // An unnamed state belongs to the policy with the same quota, which knows the window.
    private static bool TryAdd(RateLimitReading reading, List<RateLimitReading> policies, List<RateLimitReading> readings)
    {
        if (reading is { Limit: null, Remaining: null, ResetAfter: null })
        {
            return false;
        }

        int at = policies.FindIndex(policy => policy.Limit == reading.Limit || (reading.Limit is null && policies.Count == 1));
        if (at >= 0)
        {
            reading = policies[at] with
            {
                Remaining = reading.Remaining,
                ResetAfter = reading.ResetAfter,
                Window = reading.Window ?? policies[at].Window,
            };
            policies.RemoveAt(at);
        }

        readings.Add(reading);
        return true;
    }

    private static TimeSpan? ParseReset(string? text, DateTimeOffset serverNow)
    {
        if (EpochInstant.TryParse(text, EpochUnit.Seconds, out DateTimeOffset instant, out _))
        {
            return RetryAfter.Until(instant, serverNow);
        }

        return WireDuration.TryParseSeconds(text, out TimeSpan wait) ? wait : null;
    }

    // False when the parameter is there but is no count, which makes its member malformed.
    private static bool TryGetParameter(SfItem item, string key, out long? count)
    {
        bool present = item.Parameters.TryGetValue(key, out SfBareItem value);
        bool valid = value is { Kind: SfKind.Integer, Integer: >= 0 };
        count = present && valid ? value.Integer : null;
        return !present || valid;
    }

    private static long? Count(OrderedDictionary<string, SfMember> members, string key) =>
        members.TryGetValue(key, out SfMember? member) && member is SfItem { Value: { Kind: SfKind.Integer, Integer: >= 0 } count } ? count.Integer : null;

    private static TimeSpan? ToTimeSpan(long? seconds) => seconds is null
        ? null
        : TimeSpan.FromTicks(long.Min(seconds.Value, WireDuration.Longest.Ticks / TimeSpan.TicksPerSecond) * TimeSpan.TicksPerSecond);

    private static string? Single(HeaderStringValues lines) => HeaderLines.TryGetSingle(lines, out string? value) ? value : null;

    private static bool Is(string name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
