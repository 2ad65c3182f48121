using System.Globalization;
using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>A provider twin with its limits and its distance.</summary>
internal sealed record TwinSpec
{
    /// <summary>The header by which the twin knows a call again, for its cost and time; no handler reads it.</summary>
    public const string CallHeader = "X-Simulated-Call";

    private delegate ProviderTwin Factory(TwinSetup setup);

    private Factory Make { get; init; } = null!;

    public required TwinProvider Provider { get; init; }

    /// <summary>The client's name: the provider's, so that its profile is found as in an app.</summary>
    public string ClientName => Provider == TwinProvider.Generic ? "api" : Provider.ToString().ToLowerInvariant();

    public required TimeSpan Network { get; init; }

    public required TimeSpan NetworkSpread { get; init; }

    public required TimeSpan Service { get; init; }

    public required TimeSpan ClockSkew { get; init; }

    public static TwinSpec Read(SpecObject spec, bool optional)
    {
        string name = spec.Text("provider", optional ? "generic" : null);
        if (!Enum.TryParse(name, ignoreCase: true, out TwinProvider provider) || !Enum.IsDefined(provider))
        {
            spec.Report("provider", $"\"{name}\" is no twin; write one of {string.Join(", ", Enum.GetNames<TwinProvider>().Select(static twin => $"\"{twin.ToLowerInvariant()}\""))}");
        }

        SpecObject limits = spec.Child("limits");
        var twin = new TwinSpec
        {
            Provider = provider,
            Network = spec.Duration("network", TimeSpan.FromMilliseconds(20)),
            NetworkSpread = spec.Duration("networkSpread", TimeSpan.FromMilliseconds(5)),
            Service = spec.Duration("service", TimeSpan.FromMilliseconds(100)),
            ClockSkew = spec.Duration("clockSkew", TimeSpan.Zero, negative: true),
            Make = provider switch
            {
                TwinProvider.GitHub => GitHub(limits),
                TwinProvider.OpenAI => OpenAI(limits),
                TwinProvider.Gemini => Gemini(limits),
                TwinProvider.Linear => Linear(limits),
                TwinProvider.Instantly => Instantly(limits),
                TwinProvider.Attio => Attio(limits),
                _ => Generic(limits),
            },
        };
        limits.Finish();
        spec.Finish();
        return twin;
    }

    /// <summary>Numbers a request.</summary>
    public static void Mark(HttpRequestMessage request, int number) =>
        request.Headers.TryAddWithoutValidation(CallHeader, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The number that <see cref="Mark"/> gave to a call.</summary>
    public static int? NumberOf(string? header) =>
        int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    public static int? NumberOf(HttpRequestMessage request) =>
        request.Headers.NonValidated.TryGetValues(CallHeader, out var values) ? NumberOf(values.ToString()) : null;

    public ProviderTwin Build(Scenario scenario, IReadOnlyList<SimulatedCall> calls, int seed, TimeProvider time) =>
        Make(new TwinSetup(this, scenario, calls, seed, time));

    private static Factory GitHub(SpecObject limits)
    {
        var defaults = new GitHubTwinOptions();
        int core = limits.Whole("coreLimit", defaults.CoreLimit);
        int anonymous = limits.Whole("anonymousLimit", defaults.AnonymousLimit);
        TimeSpan window = limits.Duration("window", defaults.Window);
        int search = limits.Whole("searchLimit", defaults.SearchLimit);
        int codeSearch = limits.Whole("codeSearchLimit", defaults.CodeSearchLimit);
        TimeSpan searchWindow = limits.Duration("searchWindow", defaults.SearchWindow);
        int graphQL = limits.Whole("graphQLLimit", defaults.GraphQLLimit);
        bool dialect = limits.Flag("newGraphQLDialect");
        int concurrent = limits.Whole("maxConcurrent", defaults.MaxConcurrent);
        int points = limits.Whole("pointsLimit", defaults.PointsLimit);
        bool byEndpoint = limits.Flag("pointsByEndpoint", defaults.PointsByEndpoint);
        int graphQLPoints = limits.Whole("graphQLPointsLimit", defaults.GraphQLPointsLimit);
        int content = limits.Whole("contentLimit", defaults.ContentLimit);
        int contentHourly = limits.Whole("contentHourlyLimit", defaults.ContentHourlyLimit);
        TimeSpan secondary = limits.Duration("secondaryWindow", defaults.SecondaryWindow);
        TimeSpan penalty = limits.Duration("penalty", defaults.Penalty);
        double silent = limits.Number("silentRefusals", defaults.SilentRefusals, 0, 1);
        int status = limits.Whole("refusalStatus", defaults.RefusalStatus, 403, 429);
        return setup => new GitHubTwin(
            setup.Apply(new GitHubTwinOptions
            {
                CoreLimit = core,
                AnonymousLimit = anonymous,
                Window = window,
                SearchLimit = search,
                CodeSearchLimit = codeSearch,
                SearchWindow = searchWindow,
                GraphQLLimit = graphQL,
                NewGraphQLDialect = dialect,
                MaxConcurrent = concurrent,
                PointsLimit = points,
                PointsByEndpoint = byEndpoint,
                GraphQLPointsLimit = graphQLPoints,
                ContentLimit = content,
                ContentHourlyLimit = contentHourly,
                SecondaryWindow = secondary,
                Penalty = penalty,
                SilentRefusals = silent,
                RefusalStatus = status,
                GraphQLCostOf = request => setup.CostOf(request) is { } cost ? (int)cost : 1,
            }),
            setup.Time);
    }

    private static Factory OpenAI(SpecObject limits)
    {
        var defaults = new OpenAITwinOptions();
        int requests = limits.Whole("requestsPerMinute", defaults.RequestsPerMinute);
        int tokens = limits.Whole("tokensPerMinute", defaults.TokensPerMinute);
        TimeSpan period = limits.Duration("period", defaults.Period);
        bool refusalsCost = limits.Flag("refusalsCost", defaults.RefusalsCost);
        bool refunds = limits.Flag("refundsToUsage", defaults.RefundsToUsage);
        OpenAIRetryHints hints = limits.Choice("hints", defaults.Hints);
        return setup =>
        {
            var options = setup.Apply(new OpenAITwinOptions
            {
                RequestsPerMinute = requests,
                TokensPerMinute = tokens,
                Period = period,
                RefusalsCost = refusalsCost,
                RefundsToUsage = refunds,
                Hints = hints,
            });
            if (setup.CountsTokens)
            {
                options.TokensOf = request => setup.CallOf(request)?.Spec.Tokens ?? 0;
                options.UsedTokensOf = request => setup.CallOf(request) is { } call ? call.Spec.UsedTokens ?? call.Spec.Tokens ?? 0 : 0;
            }

            return new OpenAITwin(options, setup.Time);
        };
    }

    private static Factory Gemini(SpecObject limits)
    {
        var defaults = new GeminiTwinOptions();
        int requests = limits.Whole("requestsPerMinute", defaults.RequestsPerMinute);
        int? tokens = limits.WholeOrNull("inputTokensPerMinute", least: 1);
        int? daily = limits.WholeOrNull("requestsPerDay", least: 1);
        TimeSpan minute = limits.Duration("minute", defaults.Minute);
        TimeSpan day = limits.Duration("day", defaults.Day);
        bool retryInfo = limits.Flag("retryInfo", defaults.RetryInfo);
        bool quotaValue = limits.Flag("quotaValue", defaults.QuotaValue);
        return setup =>
        {
            var options = setup.Apply(new GeminiTwinOptions
            {
                RequestsPerMinute = requests,
                InputTokensPerMinute = tokens,
                RequestsPerDay = daily,
                Minute = minute,
                Day = day,
                RetryInfo = retryInfo,
                QuotaValue = quotaValue,
            });
            if (setup.CountsTokens)
            {
                options.InputTokensOf = request => setup.CallOf(request)?.Spec.Tokens ?? 0;
            }

            return new GeminiTwin(options, setup.Time);
        };
    }

    private static Factory Linear(SpecObject limits)
    {
        var defaults = new LinearTwinOptions();
        int requests = limits.Whole("requestsPerHour", defaults.RequestsPerHour);
        int complexity = limits.Whole("complexityPerHour", defaults.ComplexityPerHour);
        TimeSpan period = limits.Duration("period", defaults.Period);
        int most = limits.Whole("maxComplexity", defaults.MaxComplexity);
        int searches = limits.Whole("searchesPerMinute", defaults.SearchesPerMinute);
        TimeSpan searchPeriod = limits.Duration("searchPeriod", defaults.SearchPeriod);
        return setup => new LinearTwin(
            setup.Apply(new LinearTwinOptions
            {
                RequestsPerHour = requests,
                ComplexityPerHour = complexity,
                Period = period,
                MaxComplexity = most,
                ComplexityOf = request => (int)(setup.CostOf(request) ?? 52),
                SearchesPerMinute = searches,
                SearchPeriod = searchPeriod,
            }),
            setup.Time);
    }

    private static Factory Instantly(SpecObject limits)
    {
        var defaults = new InstantlyTwinOptions();
        int perSecond = limits.Whole("perSecond", defaults.PerSecond);
        TimeSpan second = limits.Duration("second", defaults.Second);
        int perMinute = limits.Whole("perMinute", defaults.PerMinute);
        TimeSpan minute = limits.Duration("minute", defaults.Minute);
        int emails = limits.Whole("emailsPerMinute", defaults.EmailsPerMinute);
        int testEmails = limits.Whole("testEmailsPerMinute", defaults.TestEmailsPerMinute);
        int oauth = limits.Whole("oauthPerMinute", defaults.OAuthPerMinute);
        return setup => new InstantlyTwin(
            setup.Apply(new InstantlyTwinOptions
            {
                PerSecond = perSecond,
                Second = second,
                PerMinute = perMinute,
                Minute = minute,
                EmailsPerMinute = emails,
                TestEmailsPerMinute = testEmails,
                OAuthPerMinute = oauth,
            }),
            setup.Time);
    }

    private static Factory Attio(SpecObject limits)
    {
        var defaults = new AttioTwinOptions();
        int reads = limits.Whole("readsPerSecond", defaults.ReadsPerSecond);
        int writes = limits.Whole("writesPerSecond", defaults.WritesPerSecond);
        TimeSpan second = limits.Duration("second", defaults.Second);
        return setup => new AttioTwin(
            setup.Apply(new AttioTwinOptions { ReadsPerSecond = reads, WritesPerSecond = writes, Second = second }),
            setup.Time);
    }

    private static Factory Generic(SpecObject limits)
    {
        TwinLimit[] all = [.. limits.Children("list").Select(ReadLimit)];
        TwinHints hints = limits.Choice("hints", TwinHints.RetryAfter);
        bool fields = limits.Flag("rateLimitFields");
        int status = limits.Whole("refusalStatus", 429, 429, 503);
        return setup =>
        {
            var options = setup.Apply(new GenericTwinOptions
            {
                Hints = fields ? hints | TwinHints.RateLimit : hints,
                RefusalStatus = status,
                CostOf = request => setup.CostOf(request) ?? 1,
            });
            Array.ForEach(all, options.Limits.Add);
            return new GenericTwin(options, setup.Time);
        };
    }

    private static TwinLimit ReadLimit(SpecObject spec)
    {
        var limit = new TwinLimit(spec.Text("name", "limit"), spec.Number("amount", 0, 0.001), spec.Duration("period", TimeSpan.FromSeconds(1)))
        {
            Kind = spec.Choice("kind", TwinLimitKind.Sliding),
            Burst = spec.NumberOrNull("burst"),
            InPoints = spec.Flag("inPoints"),
        };
        if (limit.Amount <= 0)
        {
            spec.Report("amount", "missing; write how much there is in a period");
        }

        spec.Finish();
        return limit;
    }
}
