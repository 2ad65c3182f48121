namespace Handlers.ResponseCaching;

/// <summary>What the caller's Cache-Control asks of caches (RFC 9111 §5.2.1), or <see cref="CallOptions.Cache"/> in its place.</summary>
internal readonly record struct RequestDirectives
{
    /// <summary>Stands for max-stale without a limit.</summary>
    public const long AnyAge = long.MaxValue;

    public bool NoCache { get; init; }

    public bool NoStore { get; init; }

    public bool OnlyIfCached { get; init; }

    /// <summary>Seconds; <see cref="DeltaSeconds.None"/> when not given.</summary>
    public long MaxAge { get; init; }

    public long MinFresh { get; init; }

    public long MaxStale { get; init; }

    public long StaleIfError { get; init; }

    public static RequestDirectives None { get; } = new()
    {
        MaxAge = DeltaSeconds.None,
        MinFresh = DeltaSeconds.None,
        MaxStale = DeltaSeconds.None,
        StaleIfError = DeltaSeconds.None,
    };

    public static RequestDirectives Parse(FieldLines lines)
    {
        RequestDirectives parsed = None;
        for (int i = 0; i < lines.Count; i++)
        {
            var reader = new DirectiveReader(lines[i]);
            while (reader.MoveNext())
            {
                parsed = parsed.With(reader);
            }
        }

        return parsed;
    }

    /// <summary>These directives with what the call's options ask for on top.</summary>
    public RequestDirectives With(CacheMode? mode) => mode switch
    {
        CacheMode.NoStore => this with { NoStore = true },
        CacheMode.Revalidate => this with { NoCache = true },
        CacheMode.PreferCached => this with { MaxStale = AnyAge },
        CacheMode.OnlyIfCached => this with { MaxStale = AnyAge, OnlyIfCached = true },
        _ => this,
    };

    private RequestDirectives With(DirectiveReader directive)
    {
        long seconds = !directive.IsMalformed && DeltaSeconds.TryParse(directive.Argument, out long parsed) ? parsed : DeltaSeconds.None;
        return directive switch
        {
            _ when directive.Is("no-cache") => this with { NoCache = true },
            _ when directive.Is("no-store") => this with { NoStore = true },
            _ when directive.Is("only-if-cached") => this with { OnlyIfCached = true },
            _ when directive.Is("max-age") => this with { MaxAge = DeltaSeconds.Smaller(MaxAge, Math.Max(0, seconds)) },
            _ when directive.Is("min-fresh") => this with { MinFresh = Math.Max(MinFresh, seconds) },
            _ when directive.Is("max-stale") => this with { MaxStale = DeltaSeconds.Smaller(MaxStale, directive.HasArgument ? seconds : AnyAge) },
            _ when directive.Is("stale-if-error") => this with { StaleIfError = DeltaSeconds.Smaller(StaleIfError, seconds) },
            _ => this,
        };
    }
}
