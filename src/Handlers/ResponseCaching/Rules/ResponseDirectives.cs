namespace Handlers.ResponseCaching;

/// <summary>
/// What a response's Cache-Control says to a private cache (RFC 9111 §5.2.2, RFC 5861, RFC 8246). s-maxage and proxy-revalidate speak to shared caches and are
/// passed over. Of contradicting values the stricter one counts; a lifetime that does not parse is none at all (§4.2.1).
/// </summary>
internal readonly record struct ResponseDirectives
{
    private const int LongestKnown = 127;

    // The latest line of each length.
    private static readonly Known?[] Latest = new Known?[LongestKnown + 1];

    public bool NoStore { get; private init; }

    /// <summary>The whole response needs validation before each reuse.</summary>
    public bool NoCache { get; private init; }

    /// <summary>Only these fields do: they are not stored. Comma-separated names as they came; null when there is no such list.</summary>
    public string? NoCacheFields { get; private init; }

    public bool Public { get; private init; }

    public bool Private { get; private init; }

    public bool MustRevalidate { get; private init; }

    public bool MustUnderstand { get; private init; }

    public bool Immutable { get; private init; }

    /// <summary>Seconds; <see cref="DeltaSeconds.None"/> when not given.</summary>
    public long MaxAge { get; private init; }

    public long StaleWhileRevalidate { get; private init; }

    public long StaleIfError { get; private init; }

    public static ResponseDirectives None { get; } = new()
    {
        MaxAge = DeltaSeconds.None,
        StaleWhileRevalidate = DeltaSeconds.None,
        StaleIfError = DeltaSeconds.None,
    };

    /// <summary>The same, as if the whole response needed validation before each reuse.</summary>
    public ResponseDirectives WithValidation() => this with { NoCache = true };

    public static ResponseDirectives Parse(FieldLines lines) => lines is { Count: 1, First: { Length: <= LongestKnown } line } ? Parse(line) : ParseAll(lines);

    /// <summary>A server mostly says the same again, and to parse it costs more than everything else about its answer.</summary>
    private static ResponseDirectives Parse(string line)
    {
        ref Known? slot = ref Latest[line.Length];
        Known? known = Volatile.Read(ref slot);
        if (known is null || known.Line != line)
        {
            known = new Known(line, ParseAll(new FieldLines(line)));
            Volatile.Write(ref slot, known);
        }

        return known.Parsed;
    }

    private static ResponseDirectives ParseAll(FieldLines lines)
    {
        ResponseDirectives parsed = None;
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

    private ResponseDirectives With(DirectiveReader directive) => directive switch
    {
        _ when directive.Is("max-age") => this with { MaxAge = DeltaSeconds.Smaller(MaxAge, Seconds(directive, invalid: 0)) },
        _ when directive.Is("no-store") => this with { NoStore = true },
        _ when directive.Is("no-cache") => WithNoCache(directive.Argument),
        _ when directive.Is("private") => this with { Private = true },
        _ when directive.Is("public") => this with { Public = true },
        _ when directive.Is("must-revalidate") => this with { MustRevalidate = true },
        _ when directive.Is("must-understand") => this with { MustUnderstand = true },
        _ when directive.Is("immutable") => this with { Immutable = true },
        _ when directive.Is("stale-while-revalidate") =>
            this with { StaleWhileRevalidate = DeltaSeconds.Smaller(StaleWhileRevalidate, Seconds(directive, DeltaSeconds.None)) },
        _ when directive.Is("stale-if-error") => this with { StaleIfError = DeltaSeconds.Smaller(StaleIfError, Seconds(directive, DeltaSeconds.None)) },
        _ => this,
    };

    private ResponseDirectives WithNoCache(ReadOnlySpan<char> fields) => fields.Trim(" \t,").IsEmpty
        ? this with { NoCache = true }
        : this with { NoCacheFields = NoCacheFields is null ? fields.ToString() : $"{NoCacheFields},{fields}" };

    private static long Seconds(in DirectiveReader directive, long invalid) =>
        !directive.IsMalformed && DeltaSeconds.TryParse(directive.Argument, out long seconds) ? seconds : invalid;

    private sealed class Known(string line, ResponseDirectives parsed)
    {
        public string Line { get; } = line;

        public ResponseDirectives Parsed { get; } = parsed;
    }
}
