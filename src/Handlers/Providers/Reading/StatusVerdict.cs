using System.Net.Http.Headers;

namespace Handlers.Providers;

/// <summary>
/// The rules that hold for every API: RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2. A provider starts from them and says what it knows better.
/// </summary>
internal static class StatusVerdict
{
    private static readonly Finding Accepted = new(VerdictKind.Ok, "the answer is no refusal");

    /// <summary>What a status means when nothing else is known.</summary>
    public static Finding Of(int status) => status switch
    {
        < 400 => Accepted,
        408 => new(VerdictKind.Transient, "HTTP 408: the server did not get the request in time"),
        425 => new(VerdictKind.Transient, "HTTP 425: the server does not take the request as early data"),
        429 => new(VerdictKind.RateLimited, "HTTP 429: too many requests"),
        501 or 505 => new(VerdictKind.Fatal, $"HTTP {status}: the server will never do this"),
        503 => new(VerdictKind.Transient, "HTTP 503: the server is overloaded or down"),
        >= 500 and < 600 => new(VerdictKind.Transient, $"HTTP {status}: the server failed"),
        _ => new(VerdictKind.Fatal, $"HTTP {status}: the same request will be refused again"),
    };

    /// <summary>Judges by status, <c>Retry-After</c> and <c>retry-after-ms</c> alone; no body is read.</summary>
    /// <param name="status">The HTTP status code.</param>
    /// <param name="headers">The response headers.</param>
    /// <param name="localNow">The local clock, for dates in an answer without <c>Date</c>.</param>
    public static Verdict Of(int status, HttpHeadersNonValidated headers, DateTimeOffset localNow)
    {
        if (status < 400 && !UsesRetryAfter(status))
        {
            return Verdict.Ok;
        }

        AnswerHeaders taken = default;
        foreach ((string name, HeaderStringValues lines) in headers)
        {
            taken.TryTake(name, lines);
        }

        return Of(status, taken, localNow);
    }

    /// <inheritdoc cref="Of(int, HttpHeadersNonValidated, DateTimeOffset)"/>
    public static Verdict Of(int status, in AnswerHeaders headers, DateTimeOffset localNow)
    {
        ServerWait wait = UsesRetryAfter(status) ? headers.Wait(headers.ServerNow(localNow)) : ServerWait.None;
        Finding finding = status == 413 && wait.IsKnown
            ? new(VerdictKind.Transient, "HTTP 413: the content is too large for now")
            : Of(status);
        return headers.Conclude(finding, wait);
    }

    // On 3xx it is the least wait before the redirected request (RFC 9110 §10.2.3), which mostly goes to the same server; on a 202 it tells when to ask for the result, which is
    // the caller's to read, not a limit.
    private static bool UsesRetryAfter(int status) => status is (>= 300 and < 400 and not 304) or 408 or 413 or 425 or 429 or >= 500;
}
