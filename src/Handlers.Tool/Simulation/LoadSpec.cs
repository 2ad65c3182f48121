using System.Buffers;
using System.Text.Json;

namespace Handlers.Tool.Simulation;

/// <summary>A group of calls that are alike.</summary>
internal sealed record LoadSpec
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>How many calls, when they are made at the start.</summary>
    public required int Calls { get; init; }

    /// <summary>Calls a second and source; null: all at the start.</summary>
    public required double? PerSecond { get; init; }

    public required TimeSpan Duration { get; init; }

    public required Arrival Arrival { get; init; }

    /// <summary>How many such sources there are, each with its own arrivals.</summary>
    public required int Sources { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required JsonElement? Body { get; init; }

    /// <summary>Time to serve one; null: the twin's.</summary>
    public required TimeSpan? Service { get; init; }

    /// <summary>What one costs in the provider's points; null: what the twin says by itself.</summary>
    public required double? Cost { get; init; }

    /// <summary>Whether the caller knows the cost and says so.</summary>
    public required bool CostKnown { get; init; }

    /// <summary>Tokens that one is charged.</summary>
    public required int? Tokens { get; init; }

    /// <summary>Tokens that one has used in the end.</summary>
    public required int? UsedTokens { get; init; }

    /// <summary>How far text and max_tokens stray from the tokens charged, as a share.</summary>
    public required double TokenSpread { get; init; }

    public required string? Tenant { get; init; }

    public required CallPriority? Priority { get; init; }

    /// <summary>Whether the group's calls are those that must not suffer from the others.</summary>
    public required bool Protected { get; init; }

    public static LoadSpec Read(SpecObject spec, TwinProvider provider)
    {
        RequestTemplate template = RequestTemplate.Of(provider, spec.Text("method", RequestTemplate.Of(provider).Method));
        var load = new LoadSpec
        {
            Calls = spec.Whole("calls", 0, least: 1, most: 1_000_000),
            PerSecond = spec.NumberOrNull("perSecond", least: 0.001, most: 100_000),
            Duration = spec.Duration("for", TimeSpan.Zero),
            Arrival = spec.Choice("arrival", Arrival.Poisson),
            Sources = spec.Whole("sources", 1, least: 1, most: 10_000),
            Method = template.Method,
            Path = spec.Text("path", template.Path),
            Body = spec.Raw("body") ?? template.Body,
            Service = spec.DurationOrNull("service"),
            Cost = spec.NumberOrNull("cost"),
            CostKnown = spec.Flag("costKnown"),
            Tokens = spec.WholeOrNull("tokens", least: 1),
            UsedTokens = spec.WholeOrNull("usedTokens"),
            TokenSpread = spec.Number("tokenSpread", 0, 0, 0.9),
            Tenant = spec.TextOrNull("tenant"),
            Priority = spec.Has("priority") ? spec.Choice("priority", CallPriority.Normal) : null,
            Protected = spec.Flag("protected"),
        };
        if (spec.Has("calls") == spec.Has("perSecond"))
        {
            spec.Report("calls", "write either \"calls\", for so many at the start, or \"perSecond\" and \"for\"");
        }

        foreach (string name in (string[])["for", "arrival"])
        {
            if (spec.Has(name) && !spec.Has("perSecond"))
            {
                spec.Report(name, "all \"calls\" come at the start; leave this out, or write \"perSecond\" instead of \"calls\"");
            }
        }

        if (load.PerSecond is not null && load.Duration == TimeSpan.Zero)
        {
            spec.Report("for", "missing; write for how long, such as \"00:02:00\"");
        }

        if (load.CostKnown && load.Cost is null)
        {
            spec.Report("costKnown", "there is no \"cost\" to know; write one");
        }

        foreach (string name in (string[])["tokens", "usedTokens"])
        {
            if (spec.Has(name) && provider is not (TwinProvider.OpenAI or TwinProvider.Gemini))
            {
                spec.Report(name, "this provider counts no tokens; write \"cost\"");
            }
        }

        CheckRequest(load, spec);

        spec.Finish();
        return load;
    }

    private static void CheckRequest(LoadSpec load, SpecObject spec)
    {
        if (load.Method.Length == 0 || load.Method.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            spec.Report("method", $"\"{load.Method}\" is no HTTP method; write \"GET\" or \"POST\", for example");
        }

        if (!load.Path.StartsWith('/') || load.Path.StartsWith("//", StringComparison.Ordinal) || !Uri.TryCreate(load.Path, UriKind.Relative, out _))
        {
            spec.Report("path", $"\"{load.Path}\" is no path at the provider; write one such as \"/things/{{n}}\"");
        }
    }
}
