using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Handlers.Quotas;
using Handlers.Retry;

namespace Handlers;

/// <summary>
/// The one table that knows every option. Binding, unknown keys, ranges, equality, copies and the effective policy all read it: to add an option, add its line.
/// </summary>
internal static class OptionSchema
{
    /// <summary>The map of sub-sections: <c>Pacing:Groups:{name}:{key}</c>.</summary>
    public const string Groups = "Pacing:Groups";

    /// <summary>Options that nothing was said about.</summary>
    public static readonly ResilienceHandlersOptions Generic = new();

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Month = TimeSpan.FromDays(31);

    private static readonly SwitchKind Switch = new();
    private static readonly DurationKind Timeouts = new(TimeSpan.FromMilliseconds(10), Month, orNone: true);
    private static readonly DurationKind UpToADay = new(TimeSpan.Zero, Day);
    private static readonly DurationKind UpToAMonth = new(TimeSpan.Zero, Month);
    private static readonly DurationKind Refreshes = new(TimeSpan.FromMilliseconds(10), Day);
    private static readonly DurationKind StoreWaits = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
    private static readonly DurationKind UpToAMinute = new(TimeSpan.Zero, TimeSpan.FromMinutes(1));
    private static readonly DurationKind ServerWait = new(TimeSpan.FromSeconds(1), Month);
    private static readonly OptionalKind<TimeSpan> LongestWait = new(new DurationKind(TimeSpan.Zero, Month));
    private static readonly OptionalKind<TimeSpan> Interval = new(UpToADay);
    private static readonly DurationKind Sampling = new(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
    private static readonly DurationKind Breaks = new(TimeSpan.FromMilliseconds(100), Day);
    private static readonly DurationKind Ramps = new(TimeSpan.Zero, TimeSpan.FromHours(1));
    private static readonly OptionalKind<double> FailureShare = new(Share(0.001, 1));
    private static readonly OptionalKind<int> Concurrency = new(Count(1, 100_000));

    private static readonly TextKind Name = new("a name", static _ => null, orNull: true);
    private static readonly TextKind LimitText = new("a list of limits", CheckLimits, orNull: true);
    private static readonly TextKind GroupPatterns = new("a list of endpoints", CheckPatterns, orNull: true);
    private static readonly TextKind Patterns = new("a list of endpoints", CheckPatterns, orEmpty: true);
    private static readonly TextKind FieldName = new("a header field's name such as \"Idempotency-Key\"", CheckToken, orNull: true);
    private static readonly TextKind Methods = new("a list of methods such as \"POST, PATCH\"", CheckMethods, orEmpty: true);
    private static readonly TextKind FieldNames = new("a list of header fields such as \"X-Region, X-Plan\"", CheckFieldNames, orEmpty: true);
    private static readonly TextKind Models = new("a list of models such as \"gpt-5-mini, gpt-5-nano\"", CheckModels, orEmpty: true);
    private static readonly TextKind RetryClasses = new(ErrorClasses.Syntax, CheckRetryOn, orEmpty: true);
    private static readonly TextKind WaitOutClasses = new("a list such as \"429, 503, circuit-open\"", CheckWaitOutOn, orEmpty: true);
    private static readonly TextKind MediaTypes = new("a list of media types", CheckMediaTypes, orEmpty: true);

    private static readonly ImmutableArray<Option> Table =
    [
        new Option<string?>("Provider", Name, o => o.Provider, (o, v) => o.Provider = v),
        new Option<string?>("Account", Name, o => o.Account, (o, v) => o.Account = v),
        new Option<Workload>("Workload", new ChoiceKind<Workload>(), o => o.Workload, (o, v) => o.Workload = v),
        new Option<bool>("Enabled", Switch, o => o.Enabled, (o, v) => o.Enabled = v),
        new Option<TimeSpan>("TotalTimeout", Timeouts, o => o.TotalTimeout, (o, v) => o.TotalTimeout = v) { Prominent = true },
        new Option<TimeSpan>("AttemptTimeout", Timeouts, o => o.AttemptTimeout, (o, v) => o.AttemptTimeout = v) { Prominent = true },
        new Option<TimeSpan>("BodyIdleTimeout", Timeouts, o => o.BodyIdleTimeout, (o, v) => o.BodyIdleTimeout = v),
        new Option<string?>("StreamTypes", MediaTypes, o => o.StreamTypes, (o, v) => o.StreamTypes = v!),
        new Option<RejectionStyle>("Rejections", new ChoiceKind<RejectionStyle>(), o => o.Rejections, (o, v) => o.Rejections = v),

        new Option<bool>("Caching:Enabled", Switch, o => o.Caching.Enabled, (o, v) => o.Caching.Enabled = v),
        new Option<long>("Caching:MaxBytes", Bytes(1L << 40), o => o.Caching.MaxBytes, (o, v) => o.Caching.MaxBytes = v),
        new Option<long>("Caching:MaxEntryBytes", Bytes(1L << 30), o => o.Caching.MaxEntryBytes, (o, v) => o.Caching.MaxEntryBytes = v),
        new Option<int>("Caching:MaxVariants", Count(1, 1_000), o => o.Caching.MaxVariants, (o, v) => o.Caching.MaxVariants = v),
        new Option<string?>("Caching:KeyHeaders", FieldNames, o => o.Caching.KeyHeaders, (o, v) => o.Caching.KeyHeaders = v!),
        new Option<bool>("Caching:SharedStore", Switch, o => o.Caching.SharedStore, (o, v) => o.Caching.SharedStore = v),
        new Option<bool>("Caching:Heuristics", Switch, o => o.Caching.Heuristics, (o, v) => o.Caching.Heuristics = v),
        new Option<TimeSpan>("Caching:StaleIfError", UpToAMonth, o => o.Caching.StaleIfError, (o, v) => o.Caching.StaleIfError = v),
        new Option<bool>("Caching:StaleOnDisconnect", Switch, o => o.Caching.StaleOnDisconnect, (o, v) => o.Caching.StaleOnDisconnect = v),
        new Option<bool>("Caching:StaleWhileRevalidate", Switch, o => o.Caching.StaleWhileRevalidate, (o, v) => o.Caching.StaleWhileRevalidate = v),
        new Option<TimeSpan>("Caching:RefreshTimeout", Refreshes, o => o.Caching.RefreshTimeout, (o, v) => o.Caching.RefreshTimeout = v),
        new Option<bool>("Caching:SingleFlight", Switch, o => o.Caching.SingleFlight, (o, v) => o.Caching.SingleFlight = v),
        new Option<TimeSpan>("Caching:KeepForValidation", UpToAMonth, o => o.Caching.KeepForValidation, (o, v) => o.Caching.KeepForValidation = v),
        new Option<TimeSpan>("Caching:StoreTimeout", StoreWaits, o => o.Caching.StoreTimeout, (o, v) => o.Caching.StoreTimeout = v),

        new Option<bool>("Idempotency:Enabled", Switch, o => o.Idempotency.Enabled, (o, v) => o.Idempotency.Enabled = v),
        new Option<string?>("Idempotency:HeaderName", FieldName, o => o.Idempotency.HeaderName, (o, v) => o.Idempotency.HeaderName = v),
        new Option<bool>("Idempotency:Quoted", Switch, o => o.Idempotency.Quoted, (o, v) => o.Idempotency.Quoted = v),
        new Option<string?>("Idempotency:Methods", Methods, o => o.Idempotency.Methods, (o, v) => o.Idempotency.Methods = v!),
        new Option<IdempotencyKeySource>("Idempotency:Keys", new ChoiceKind<IdempotencyKeySource>(), o => o.Idempotency.Keys, (o, v) => o.Idempotency.Keys = v),
        new Option<TimeSpan>("Idempotency:ResultTtl", ServerWait, o => o.Idempotency.ResultTtl, (o, v) => o.Idempotency.ResultTtl = v),
        new Option<long>("Idempotency:MaxResultBytes", Bytes(1L << 30), o => o.Idempotency.MaxResultBytes, (o, v) => o.Idempotency.MaxResultBytes = v),
        new Option<int>("Idempotency:MaxEntries", Count(1, 10_000_000), o => o.Idempotency.MaxEntries, (o, v) => o.Idempotency.MaxEntries = v),
        new Option<long>("Idempotency:MaxBytes", Bytes(1L << 40), o => o.Idempotency.MaxBytes, (o, v) => o.Idempotency.MaxBytes = v),
        new Option<Func<HttpRequestMessage, string, CancellationToken, ValueTask<bool?>>?>("Idempotency:Probe",
            new CodeKind<Func<HttpRequestMessage, string, CancellationToken, ValueTask<bool?>>>(), o => o.Idempotency.Probe, (o, v) => o.Idempotency.Probe = v),

        new Option<bool>("Fallback:Enabled", Switch, o => o.Fallback.Enabled, (o, v) => o.Fallback.Enabled = v),
        new Option<string?>("Fallback:Models", Models, o => o.Fallback.Models, (o, v) => o.Fallback.Models = v!),
        new Option<string?>("Fallback:Client", Name, o => o.Fallback.Client, (o, v) => o.Fallback.Client = v),
        new Option<Func<HttpRequestMessage, CallReport, CancellationToken, ValueTask<HttpResponseMessage?>>?>("Fallback:Route",
            new CodeKind<Func<HttpRequestMessage, CallReport, CancellationToken, ValueTask<HttpResponseMessage?>>>(), o => o.Fallback.Route, (o, v) => o.Fallback.Route = v),

        new Option<bool>("Retry:Enabled", Switch, o => o.Retry.Enabled, (o, v) => o.Retry.Enabled = v),
        new Option<int>("Retry:MaxRetries", Count(0, 100), o => o.Retry.MaxRetries, (o, v) => o.Retry.MaxRetries = v) { Prominent = true },
        new Option<BackoffKind>("Retry:Backoff", new ChoiceKind<BackoffKind>(), o => o.Retry.Backoff, (o, v) => o.Retry.Backoff = v),
        new Option<TimeSpan>("Retry:BaseDelay", UpToADay, o => o.Retry.BaseDelay, (o, v) => o.Retry.BaseDelay = v) { Prominent = true },
        new Option<TimeSpan>("Retry:MaxDelay", UpToADay, o => o.Retry.MaxDelay, (o, v) => o.Retry.MaxDelay = v) { Prominent = true },
        new Option<double>("Retry:Multiplier", Factor(1, 10), o => o.Retry.Multiplier, (o, v) => o.Retry.Multiplier = v),
        new Option<double>("Retry:Jitter", Share(0, 1), o => o.Retry.Jitter, (o, v) => o.Retry.Jitter = v),
        new Option<TimeSpan>("Retry:RateLimitRetryAfter", UpToADay, o => o.Retry.RateLimitRetryAfter, (o, v) => o.Retry.RateLimitRetryAfter = v),
        new Option<bool>("Retry:WaitForCircuit", Switch, o => o.Retry.WaitForCircuit, (o, v) => o.Retry.WaitForCircuit = v),
        new Option<bool>("Retry:RefusalsUseRetries", Switch, o => o.Retry.RefusalsUseRetries, (o, v) => o.Retry.RefusalsUseRetries = v),
        new Option<string?>("Retry:RetryOn", RetryClasses, o => o.Retry.RetryOn, (o, v) => o.Retry.RetryOn = v!),
        new Option<string?>("Retry:WaitOutOn", WaitOutClasses, o => o.Retry.WaitOutOn, (o, v) => o.Retry.WaitOutOn = v!),
        new Option<string?>("Retry:ReplaySafe", Patterns, o => o.Retry.ReplaySafe, (o, v) => o.Retry.ReplaySafe = v!),
        new Option<double>("Retry:BudgetRatio", Share(0, 100), o => o.Retry.BudgetRatio, (o, v) => o.Retry.BudgetRatio = v),
        new Option<int>("Retry:BudgetMinimum", Count(0, 1_000_000), o => o.Retry.BudgetMinimum, (o, v) => o.Retry.BudgetMinimum = v),
        new Option<long>("Retry:MaxBufferedBody", Bytes(1L << 30), o => o.Retry.MaxBufferedBody, (o, v) => o.Retry.MaxBufferedBody = v),

        new Option<bool>("CircuitBreaker:Enabled", Switch, o => o.CircuitBreaker.Enabled, (o, v) => o.CircuitBreaker.Enabled = v),
        new Option<int>("CircuitBreaker:FailureThreshold", Count(1, 10_000),
            o => o.CircuitBreaker.FailureThreshold, (o, v) => o.CircuitBreaker.FailureThreshold = v) { Prominent = true },
        new Option<double?>("CircuitBreaker:FailureRatio", FailureShare, o => o.CircuitBreaker.FailureRatio, (o, v) => o.CircuitBreaker.FailureRatio = v),
        new Option<int>("CircuitBreaker:MinimumThroughput", Count(1, 1_000_000),
            o => o.CircuitBreaker.MinimumThroughput, (o, v) => o.CircuitBreaker.MinimumThroughput = v),
        new Option<TimeSpan>("CircuitBreaker:SamplingDuration", Sampling,
            o => o.CircuitBreaker.SamplingDuration, (o, v) => o.CircuitBreaker.SamplingDuration = v),
        new Option<TimeSpan>("CircuitBreaker:BreakDuration", Breaks,
            o => o.CircuitBreaker.BreakDuration, (o, v) => o.CircuitBreaker.BreakDuration = v) { Prominent = true },
        new Option<double>("CircuitBreaker:BreakMultiplier", Factor(1, 10),
            o => o.CircuitBreaker.BreakMultiplier, (o, v) => o.CircuitBreaker.BreakMultiplier = v),
        new Option<TimeSpan>("CircuitBreaker:MaxBreakDuration", Breaks,
            o => o.CircuitBreaker.MaxBreakDuration, (o, v) => o.CircuitBreaker.MaxBreakDuration = v),
        new Option<int>("CircuitBreaker:HalfOpenMaxCalls", Count(1, 1_000),
            o => o.CircuitBreaker.HalfOpenMaxCalls, (o, v) => o.CircuitBreaker.HalfOpenMaxCalls = v),
        new Option<int>("CircuitBreaker:SuccessThreshold", Count(1, 1_000),
            o => o.CircuitBreaker.SuccessThreshold, (o, v) => o.CircuitBreaker.SuccessThreshold = v),
        new Option<TimeSpan>("CircuitBreaker:RampDuration", Ramps, o => o.CircuitBreaker.RampDuration, (o, v) => o.CircuitBreaker.RampDuration = v),
        new Option<TimeSpan>("CircuitBreaker:ProbeTimeout", Breaks, o => o.CircuitBreaker.ProbeTimeout, (o, v) => o.CircuitBreaker.ProbeTimeout = v),

        new Option<bool>("Pacing:Enabled", Switch, o => o.Pacing.Enabled, (o, v) => o.Pacing.Enabled = v),
        new Option<string?>("Pacing:Limits", LimitText, o => o.Pacing.Limits, (o, v) => o.Pacing.Limits = v),
        new Option<TimeSpan?>("Pacing:MinInterval", Interval, o => o.Pacing.MinInterval, (o, v) => o.Pacing.MinInterval = v),
        new Option<int?>("Pacing:MaxConcurrency", Concurrency, o => o.Pacing.MaxConcurrency, (o, v) => o.Pacing.MaxConcurrency = v),
        new Option<double>("Pacing:MarginPercent", Percent(0, 90), o => o.Pacing.MarginPercent, (o, v) => o.Pacing.MarginPercent = v),
        new Option<PacingMode>("Pacing:Mode", new ChoiceKind<PacingMode>(), o => o.Pacing.Mode, (o, v) => o.Pacing.Mode = v),
        new Option<double>("Pacing:ReservePercent", Percent(1, 90), o => o.Pacing.ReservePercent, (o, v) => o.Pacing.ReservePercent = v),
        new Option<TimeSpan?>("Pacing:MaxWait", LongestWait, o => o.Pacing.MaxWait, (o, v) => o.Pacing.MaxWait = v),
        new Option<int>("Pacing:MaxQueue", Count(0, 10_000_000), o => o.Pacing.MaxQueue, (o, v) => o.Pacing.MaxQueue = v),
        new Option<long>("Pacing:MaxQueueBytes", Bytes(1L << 40), o => o.Pacing.MaxQueueBytes, (o, v) => o.Pacing.MaxQueueBytes = v),

        new Option<bool>("RateLimits:Enabled", Switch, o => o.RateLimits.Enabled, (o, v) => o.RateLimits.Enabled = v),
        new Option<TimeSpan>("RateLimits:MaxServerWait", ServerWait, o => o.RateLimits.MaxServerWait, (o, v) => o.RateLimits.MaxServerWait = v),
        new Option<TimeSpan>("RateLimits:Guard", UpToAMinute, o => o.RateLimits.Guard, (o, v) => o.RateLimits.Guard = v),
    ];

    private static readonly ImmutableArray<(string Key, Func<string, Option> Create)> GroupTable =
    [
        InGroup("Match", GroupPatterns, group => group.Match, (group, v) => group.Match = v),
        InGroup("Limits", LimitText, group => group.Limits, (group, v) => group.Limits = v),
        InGroup("MinInterval", Interval, group => group.MinInterval, (group, v) => group.MinInterval = v),
        InGroup("MaxConcurrency", Concurrency, group => group.MaxConcurrency, (group, v) => group.MaxConcurrency = v),
    ];

    private static readonly Dictionary<string, Option> ByPath = Table.ToDictionary(option => option.Path, StringComparer.OrdinalIgnoreCase);

    // "" and every path that has something below it.
    private static readonly HashSet<string> Sections = new(
        Table.Select(option => Parent(option.Path)).Append(Groups), StringComparer.OrdinalIgnoreCase);

    /// <summary>Every option outside the groups.</summary>
    public static ImmutableArray<Option> Options => Table;

    /// <summary>Every option of <paramref name="options"/>, those of its groups included.</summary>
    public static IEnumerable<Option> OptionsOf(ResilienceHandlersOptions options) =>
        Table.Concat(options.Pacing.Groups.Keys.Order(StringComparer.OrdinalIgnoreCase).SelectMany(name => GroupTable.Select(row => row.Create(name))));

    /// <summary>Finds an option by its path, ignoring case.</summary>
    public static bool TryFind(string path, [NotNullWhen(true)] out Option? option)
    {
        if (ByPath.TryGetValue(path, out option))
        {
            return true;
        }

        if (TrySplitGroup(path, out string? name, out string? key) && key is not null)
        {
            option = Array.Find([.. GroupTable], row => row.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Create?.Invoke(name);
        }

        return option is not null;
    }

    /// <summary>Whether keys may stand below <paramref name="path"/>.</summary>
    public static bool IsSection(string path) => Sections.Contains(path) || (TrySplitGroup(path, out _, out string? key) && key is null);

    /// <summary>The keys that may stand directly below a section; none for the map of groups, whose keys are the user's.</summary>
    public static ImmutableArray<string> KeysOf(string section) => TrySplitGroup(section, out _, out _)
        ? [.. GroupTable.Select(row => row.Key)]
        : [.. Table.Select(option => option.Path).Concat(Sections)
            .Where(path => path.Length > 0 && Parent(path).Equals(section, StringComparison.OrdinalIgnoreCase))
            .Select(KeyOf)];

    /// <summary>The last word of a path.</summary>
    public static string KeyOf(string path) => path[(path.LastIndexOf(':') + 1)..];

    /// <summary>Whether two sets of options say the same.</summary>
    public static bool AreEqual(ResilienceHandlersOptions a, ResilienceHandlersOptions b) =>
        a.Pacing.Groups.Count == b.Pacing.Groups.Count
        && a.Pacing.Groups.Keys.All(b.Pacing.Groups.ContainsKey)
        && OptionsOf(a).All(option => option.AreEqual(a, b));

    /// <summary>Whether two sets of options say the same in one section.</summary>
    public static bool AreEqual(ResilienceHandlersOptions a, ResilienceHandlersOptions b, string section) =>
        !Differences(a, b).Any(option => option.Path.StartsWith(section + ':', StringComparison.Ordinal));

    /// <summary>A copy that shares nothing with the original.</summary>
    public static ResilienceHandlersOptions Clone(ResilienceHandlersOptions options)
    {
        var copy = new ResilienceHandlersOptions();
        foreach (string name in options.Pacing.Groups.Keys)
        {
            Group(copy, name);
        }

        foreach (Option option in OptionsOf(options))
        {
            option.Copy(options, copy);
        }

        return copy;
    }

    /// <summary>The options whose values differ, those of groups that only one side has included.</summary>
    public static IEnumerable<Option> Differences(ResilienceHandlersOptions a, ResilienceHandlersOptions b) =>
        OptionsOf(a).Concat(OptionsOf(b)).DistinctBy(option => option.Path, StringComparer.OrdinalIgnoreCase).Where(option => !option.AreEqual(a, b));

    private static NumberKind<int> Count(int least, int most) => new(least, most, NumberMeaning.Count);

    private static NumberKind<double> Factor(double least, double most) => new(least, most, NumberMeaning.Factor);

    private static NumberKind<double> Share(double least, double most) => new(least, most, NumberMeaning.Share);

    private static NumberKind<double> Percent(double least, double most) => new(least, most, NumberMeaning.Percent);

    private static NumberKind<long> Bytes(long most) => new(0, most, NumberMeaning.Bytes);

    private static (string Key, Func<string, Option> Create) InGroup<T>(
        string key, OptionKind<T> kind, Func<PacingGroupOptions, T> get, Action<PacingGroupOptions, T> set) =>
        (key, group => new Option<T>(
            $"{Groups}:{group}:{key}",
            kind,
            options => In(options, group) is { } found ? get(found) : default!,
            (options, value) => set(Group(options, group), value)));

    private static PacingGroupOptions? In(ResilienceHandlersOptions options, string group) =>
        options.Pacing.Groups.TryGetValue(group, out PacingGroupOptions? found) ? found : null;

    private static PacingGroupOptions Group(ResilienceHandlersOptions options, string group)
    {
        if (In(options, group) is { } found)
        {
            return found;
        }

        var added = new PacingGroupOptions();
        options.Pacing.Groups[group] = added;
        return added;
    }

    private static string Parent(string path) => path.LastIndexOf(':') is var colon and >= 0 ? path[..colon] : "";

    private static bool TrySplitGroup(string path, [NotNullWhen(true)] out string? name, out string? key)
    {
        name = key = null;
        if (path.Length <= Groups.Length + 1 || !path.StartsWith(Groups, StringComparison.OrdinalIgnoreCase) || path[Groups.Length] != ':')
        {
            return false;
        }

        string[] parts = path[(Groups.Length + 1)..].Split(':');
        name = parts[0];
        key = parts.Length == 2 ? parts[1] : null;
        return parts.Length <= 2;
    }

    private static string? CheckLimits(string text) => LimitGrammar.TryParse(text, out _, out string? error) ? null : error;

    private static string? CheckPatterns(string text) => EndpointPattern.TryParse(text, out _, out string? error) ? null : error;

    // RFC 9110 §5.6.2.
    private static string? CheckToken(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) ? null : "write letters, digits and hyphens";

    private static string? CheckFieldNames(string text)
    {
        string[] fields = text.Split(',', StringSplitOptions.TrimEntries);
        return Array.Find(fields, field => field.Length == 0 || CheckToken(field) is not null) is { } wrong ? $"\"{wrong}\" is no header field's name"
            : Array.Find(fields, field => field.ToUpperInvariant() is "CACHE-CONTROL" or "RANGE" or "UPGRADE" || field.StartsWith("If-", StringComparison.OrdinalIgnoreCase)) is { } spoken
                ? $"{spoken} asks the cache itself for something"
            : null;
    }

    private static string? CheckModels(string text)
    {
        string[] models = text.Split(',', StringSplitOptions.TrimEntries);
        return Array.Find(models, model => model.Length == 0 || model.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) is { } wrong ? $"\"{wrong}\" is no model's name"
            : models.GroupBy(model => model, StringComparer.Ordinal).FirstOrDefault(same => same.Skip(1).Any()) is { } twice ? $"\"{twice.Key}\" stands there twice"
            : null;
    }

    private static string? CheckMethods(string text)
    {
        foreach (string method in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (method.Length == 0 || !method.All(char.IsAsciiLetterOrDigit))
            {
                return $"\"{method}\" is no method";
            }

            if (Replay.IsRead(new HttpMethod(method.ToUpperInvariant())))
            {
                return $"{method.ToUpperInvariant()} is a read and needs no key; remove it";
            }
        }

        return null;
    }

    private static string? CheckMediaTypes(string text) => MediaTypeList.TryParse(text, out _, out string? error) ? null : error;

    private static string? CheckRetryOn(string text)
    {
        bool read = ErrorClasses.TryParse(text, out ErrorClasses? classes, out string? error);
        return read && classes!.Contains(ErrorNames.CircuitOpen)
            ? "an open circuit is waited out, not repeated: move \"circuit-open\" to Retry:WaitOutOn"
            : error;
    }

    private static string? CheckWaitOutOn(string text)
    {
        bool read = ErrorClasses.TryParse(text, out ErrorClasses? classes, out string? error);
        return read && (classes!.Named & ~ErrorNames.CircuitOpen) != ErrorNames.None
            ? "only status codes and \"circuit-open\" can be waited out: move the others to Retry:RetryOn"
            : error;
    }
}
