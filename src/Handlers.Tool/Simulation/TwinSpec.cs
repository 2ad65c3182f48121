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
        TwinProvider provider = ReadProvider(spec, optional);

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

    /// <summary>A twin whose options are read for each run anew, since a run adds its own to them. The first reading finds the mistakes.</summary>
    private static Factory Twin<TOptions>(SpecObject limits, Action<SpecObject, TOptions> read, Func<TOptions, TwinSetup, ProviderTwin> make)
        where TOptions : TwinOptions, new()
    {
        read(limits, new TOptions());
        SpecObject kept = limits.Kept();
        return setup =>
        {
            var options = new TOptions();
            read(kept, options);
            return make(options, setup);
        };
    }

    private static TwinProvider ReadProvider(SpecObject spec, bool optional)
    {
        string[] names = Enum.GetNames<TwinProvider>();
        string all = string.Join(", ", names.Select(static name => $"\"{name.ToLowerInvariant()}\""));
        if (!spec.Has("provider"))
        {
            if (!optional)
            {
                spec.Report("provider", $"missing; write one of {all}");
            }

            return TwinProvider.Generic;
        }

        string provider = spec.Text("provider", "generic");
        int at = Array.FindIndex(names, name => name.Equals(provider, StringComparison.OrdinalIgnoreCase));
        if (at < 0)
        {
            spec.Report("provider", $"\"{provider}\" is no twin; write one of {all}");
        }

        return Enum.GetValues<TwinProvider>()[Math.Max(0, at)];
    }

    private static Factory GitHub(SpecObject limits) => Twin<GitHubTwinOptions>(limits, ReadGitHub, static (options, setup) =>
    {
        options.GraphQLCostOf = request => setup.CostOf(request) is { } cost ? (int)cost : 1;
        return new GitHubTwin(setup.Apply(options), setup.Time);
    });

    private static void ReadGitHub(SpecObject limits, GitHubTwinOptions options)
    {
        options.CoreLimit = limits.Whole("coreLimit", options.CoreLimit);
        options.AnonymousLimit = limits.Whole("anonymousLimit", options.AnonymousLimit);
        options.Window = limits.Period("window", options.Window);
        options.SearchLimit = limits.Whole("searchLimit", options.SearchLimit);
        options.CodeSearchLimit = limits.Whole("codeSearchLimit", options.CodeSearchLimit);
        options.SearchWindow = limits.Period("searchWindow", options.SearchWindow);
        options.GraphQLLimit = limits.Whole("graphQLLimit", options.GraphQLLimit);
        options.NewGraphQLDialect = limits.Flag("newGraphQLDialect");
        options.MaxConcurrent = limits.Whole("maxConcurrent", options.MaxConcurrent);
        options.PointsLimit = limits.Whole("pointsLimit", options.PointsLimit);
        options.PointsByEndpoint = limits.Flag("pointsByEndpoint", options.PointsByEndpoint);
        options.GraphQLPointsLimit = limits.Whole("graphQLPointsLimit", options.GraphQLPointsLimit);
        options.ContentLimit = limits.Whole("contentLimit", options.ContentLimit);
        options.ContentHourlyLimit = limits.Whole("contentHourlyLimit", options.ContentHourlyLimit);
        options.SecondaryWindow = limits.Period("secondaryWindow", options.SecondaryWindow);
        options.Penalty = limits.Duration("penalty", options.Penalty);
        options.SilentRefusals = limits.Number("silentRefusals", options.SilentRefusals, 0, 1);
        options.RefusalStatus = limits.Whole("refusalStatus", options.RefusalStatus, 403, 429);
    }

    private static Factory OpenAI(SpecObject limits) => Twin<OpenAITwinOptions>(limits, ReadOpenAI, static (options, setup) =>
    {
        if (setup.CountsTokens)
        {
            options.TokensOf = request => setup.CallOf(request)?.Spec.Tokens ?? 0;
            options.UsedTokensOf = request => setup.CallOf(request) is { } call ? call.Spec.UsedTokens ?? call.Spec.Tokens ?? 0 : 0;
        }

        return new OpenAITwin(setup.Apply(options), setup.Time);
    });

    private static void ReadOpenAI(SpecObject limits, OpenAITwinOptions options)
    {
        options.RequestsPerMinute = limits.Whole("requestsPerMinute", options.RequestsPerMinute);
        options.TokensPerMinute = limits.Whole("tokensPerMinute", options.TokensPerMinute);
        options.Period = limits.Period("period", options.Period);
        options.RefusalsCost = limits.Flag("refusalsCost", options.RefusalsCost);
        options.RefundsToUsage = limits.Flag("refundsToUsage", options.RefundsToUsage);
        options.Hints = limits.Choice("hints", options.Hints);
    }

    private static Factory Gemini(SpecObject limits) => Twin<GeminiTwinOptions>(limits, ReadGemini, static (options, setup) =>
    {
        if (setup.CountsTokens)
        {
            options.InputTokensOf = request => setup.CallOf(request)?.Spec.Tokens ?? 0;
        }

        return new GeminiTwin(setup.Apply(options), setup.Time);
    });

    private static void ReadGemini(SpecObject limits, GeminiTwinOptions options)
    {
        options.RequestsPerMinute = limits.Whole("requestsPerMinute", options.RequestsPerMinute);
        options.InputTokensPerMinute = limits.WholeOrNull("inputTokensPerMinute", least: 1);
        options.RequestsPerDay = limits.WholeOrNull("requestsPerDay", least: 1);
        options.Minute = limits.Period("minute", options.Minute);
        options.Day = limits.Period("day", options.Day);
        options.RetryInfo = limits.Flag("retryInfo", options.RetryInfo);
        options.QuotaValue = limits.Flag("quotaValue", options.QuotaValue);
    }

    private static Factory Linear(SpecObject limits) => Twin<LinearTwinOptions>(limits, ReadLinear, static (options, setup) =>
    {
        options.ComplexityOf = request => (int)(setup.CostOf(request) ?? 52);
        return new LinearTwin(setup.Apply(options), setup.Time);
    });

    private static void ReadLinear(SpecObject limits, LinearTwinOptions options)
    {
        options.RequestsPerHour = limits.Whole("requestsPerHour", options.RequestsPerHour);
        options.ComplexityPerHour = limits.Whole("complexityPerHour", options.ComplexityPerHour);
        options.Period = limits.Period("period", options.Period);
        options.MaxComplexity = limits.Whole("maxComplexity", options.MaxComplexity);
        options.SearchesPerMinute = limits.Whole("searchesPerMinute", options.SearchesPerMinute);
        options.SearchPeriod = limits.Period("searchPeriod", options.SearchPeriod);
    }

    private static Factory Instantly(SpecObject limits) => Twin<InstantlyTwinOptions>(
        limits, ReadInstantly, static (options, setup) => new InstantlyTwin(setup.Apply(options), setup.Time));

    private static void ReadInstantly(SpecObject limits, InstantlyTwinOptions options)
    {
        options.PerSecond = limits.Whole("perSecond", options.PerSecond);
        options.Second = limits.Period("second", options.Second);
        options.PerMinute = limits.Whole("perMinute", options.PerMinute);
        options.Minute = limits.Period("minute", options.Minute);
        options.EmailsPerMinute = limits.Whole("emailsPerMinute", options.EmailsPerMinute);
        options.TestEmailsPerMinute = limits.Whole("testEmailsPerMinute", options.TestEmailsPerMinute);
        options.OAuthPerMinute = limits.Whole("oauthPerMinute", options.OAuthPerMinute);
    }

    private static Factory Attio(SpecObject limits) => Twin<AttioTwinOptions>(
        limits, ReadAttio, static (options, setup) => new AttioTwin(setup.Apply(options), setup.Time));

    private static void ReadAttio(SpecObject limits, AttioTwinOptions options)
    {
        options.ReadsPerSecond = limits.Whole("readsPerSecond", options.ReadsPerSecond);
        options.WritesPerSecond = limits.Whole("writesPerSecond", options.WritesPerSecond);
        options.Second = limits.Period("second", options.Second);
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
        var limit = new TwinLimit(spec.Text("name", "limit"), spec.Number("amount", 0, 0.001), spec.Period("period", TimeSpan.FromSeconds(1)))
        {
            Kind = spec.Choice("kind", TwinLimitKind.Sliding),
            Burst = spec.NumberOrNull("burst", least: 0.001),
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
