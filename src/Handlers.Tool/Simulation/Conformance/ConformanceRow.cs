using System.Text.Json;

namespace Handlers.Tool.Simulation.Conformance;

/// <summary>An answer of an API, and what has to come of the call that got it.</summary>
internal sealed record ConformanceRow
{
    public required string Name { get; init; }

    /// <summary>The client's name, by which the profile is found.</summary>
    public required string Provider { get; init; }

    /// <summary>What the client's clock shows.</summary>
    public required DateTimeOffset Now { get; init; }

    public required string Method { get; init; }

    public required string Url { get; init; }

    public required string? RequestBody { get; init; }

    public required int Status { get; init; }

    public required IReadOnlyList<(string Name, string[] Values)> Headers { get; init; }

    public required string Body { get; init; }

    /// <summary>The verdict, as <c>rate_limited</c>; null for any.</summary>
    public required string? Kind { get; init; }

    /// <summary>Whether the call has to be sent again.</summary>
    public required bool Retry { get; init; }

    /// <summary>How long the provider asks to stay away, on the server's clock; null where it does not say.</summary>
    public required TimeSpan? Wait { get; init; }

    /// <summary>
    /// Whether <see cref="Wait"/> ends at an instant before which nobody may come. Linear's resets tell when a bucket is full again; the next
    /// call fits long before.
    /// </summary>
    public bool IsInstant => Provider != "linear" || Headers.Any(static header => header.Name.Equals("Retry-After", StringComparison.OrdinalIgnoreCase));

    public static ConformanceRow Read(SpecObject spec, string? name = null, string? provider = null)
    {
        SpecObject request = spec.Child("request");
        SpecObject expect = spec.Child("expect");
        var row = new ConformanceRow
        {
            Name = spec.Text("name", name),
            Provider = spec.Text("provider", provider ?? "generic"),
            Now = spec.Instant("now", new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)),
            Method = request.Text("method", "GET"),
            Url = request.Text("url", "https://api.example.com/things/1"),
            RequestBody = request.Raw("body") is { } body ? TextOf(body) : null,
            Status = spec.Whole("status", 429, least: 100, most: 599),
            Headers = [.. HeadersIn(spec)],
            Body = spec.Raw("body") is { } answer ? TextOf(answer) : "",
            Kind = expect.TextOrNull("kind"),
            Retry = expect.Flag("retry"),
            Wait = expect.NumberOrNull("wait_seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };

        // Notes of whoever collected it.
        Array.ForEach(["source", "unconfirmed"], note => spec.Has(note));
        Array.ForEach(["why", "bucket"], note => expect.Has(note));
        request.Finish();
        expect.Finish();
        spec.Finish();
        return row;
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static IEnumerable<(string Name, string[] Values)> HeadersIn(SpecObject spec)
    {
        if (spec.Raw("headers") is not { } headers)
        {
            yield break;
        }

        if (headers.ValueKind != JsonValueKind.Object)
        {
            spec.Report("headers", "this is no object; write { \"Retry-After\": \"5\" }, or an array of texts for a header that comes twice");
            yield break;
        }

        foreach (JsonProperty header in headers.EnumerateObject())
        {
            yield return (header.Name, header.Value.ValueKind == JsonValueKind.Array ? [.. header.Value.EnumerateArray().Select(TextOf)] : [TextOf(header.Value)]);
        }
    }
}
