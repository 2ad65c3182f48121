using System.Net.Http.Headers;

namespace Handlers;

/// <summary>An answer as a provider's interpretation sees it: raw, and together with the request as the caller made it.</summary>
public readonly ref struct ProviderAnswer
{
    /// <summary>The request's method as the caller made it (a redirect below may have changed it).</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>The request's URI as the caller made it. Its query may hold a secret: never quote it.</summary>
    public required Uri Uri { get; init; }

    /// <summary>What <see cref="Provider.Plan"/> said about the request.</summary>
    public required CallPlan Plan { get; init; }

    /// <summary>The HTTP status code.</summary>
    public required int Status { get; init; }

    /// <summary>The response headers, not validated; walk them once.</summary>
    public required HttpHeadersNonValidated Headers { get; init; }

    /// <summary>The media type without parameters in lower case, or null.</summary>
    public string? MediaType { get => field ?? (Call is null ? null : MediaTypes.NameOf(Call.Response!.Content)); init; }

    /// <summary>Up to 64 KiB of the body, and only when <see cref="Provider.NeedsBody"/> asked for it; else empty.</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <summary>The local wall clock at receipt; used for absolute hints only when the answer has no <c>Date</c>.</summary>
    public DateTimeOffset Now { get => Call?.Client.Clock.Time.GetUtcNow() ?? field; init; }

    /// <summary>How many attempts of this call came before this one; one at least where an earlier call may have carried the same idempotency key.</summary>
    public int Retries { get; init; }

    /// <summary>
    /// How long the whole account had been paused when this attempt left (<see cref="Verdict.WholeAccount"/>), whichever call was refused then; zero when it had
    /// not, or when an attempt has been accepted since. Another refusal means that it was too short: double it where the provider names no wait itself.
    /// </summary>
    public TimeSpan LastPause { get => Call is null ? field : Lessons.LastPause(Call); init; }

    /// <summary>Where is looked up what few ask for: most answers carry a date of their own and are no refusals.</summary>
    internal Call? Call { get; init; }

    /// <summary>The client's options for reading answers.</summary>
    public required RateLimitOptions Options { get; init; }
}
