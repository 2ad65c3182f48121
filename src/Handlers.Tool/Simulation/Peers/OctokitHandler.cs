using System.Globalization;
using System.Net;

namespace Handlers.Tool.Simulation.Peers;

/// <summary>
/// octokit's plugin-throttling with plugin-retry (read in source 2026-04 and 2026-08): ten calls at once; at GitHub one write a second, one
/// notifying write in three seconds, one search in two; after a refusal Retry-After, else to the reset plus a second, else a minute; the
/// retry then goes past the limiter. Other failures: three retries after 1, 4 and 9 s.
/// </summary>
/// <remarks>Kinder than octokit itself, which asks once: ten retries after refusals. Every 429 counts as a secondary limit, not only one whose text says so, and elsewhere POST is no write.</remarks>
internal sealed class OctokitHandler(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    private const int MaxRetries = 3;
    private const int MaxRefusals = 10;
    private const string GitHub = "api.github.com";
    private static readonly TimeSpan FallbackWait = TimeSpan.FromSeconds(60);
    private static readonly int[] NeverRetried = [400, 401, 403, 404, 410, 422, 451];

    private readonly SemaphoreSlim _global = new(10);
    private readonly IntervalGate _writes = new(TimeSpan.FromSeconds(1), time);
    private readonly IntervalGate _notifying = new(TimeSpan.FromSeconds(3), time);
    private readonly IntervalGate _searches = new(TimeSpan.FromSeconds(2), time);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int failures = 0;
        int refusals = 0;
        HttpResponseMessage response = await FirstAsync(request, cancellationToken).ConfigureAwait(false);
        while (!response.IsSuccessStatusCode)
        {
            int status = (int)response.StatusCode;
            TimeSpan wait;
            if (refusals < MaxRefusals && RefusalWait(response) is { } refusal)
            {
                refusals++;
                wait = refusal;
            }
            else if (failures < MaxRetries && status is not (403 or 429) && Array.IndexOf(NeverRetried, status) < 0)
            {
                failures++;
                wait = TimeSpan.FromSeconds(failures * failures);
            }
            else
            {
                return response;
            }

            response.Dispose();
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _global.Dispose();
            _writes.Dispose();
            _notifying.Dispose();
            _searches.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> FirstAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.Host == GitHub)
        {
            string path = request.RequestUri.AbsolutePath;
            bool writes = request.Method != HttpMethod.Get && request.Method != HttpMethod.Head;
            if (writes || path == "/graphql")
            {
                await _writes.PassAsync(cancellationToken).ConfigureAwait(false);
            }

            if (writes && (path.EndsWith("/comments", StringComparison.Ordinal) || path.EndsWith("/issues", StringComparison.Ordinal) || path.EndsWith("/pulls", StringComparison.Ordinal)))
            {
                await _notifying.PassAsync(cancellationToken).ConfigureAwait(false);
            }

            if (!writes && path.StartsWith("/search/", StringComparison.Ordinal))
            {
                await _searches.PassAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await _global.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _global.Release();
        }
    }

    private TimeSpan? RefusalWait(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
        {
            return null;
        }

        if (response.Headers.RetryAfter is { Delta: { } delta })
        {
            return delta;
        }

        if (Header(response, "x-ratelimit-remaining") == "0" && long.TryParse(Header(response, "x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out long reset))
        {
            TimeSpan wait = DateTimeOffset.FromUnixTimeSeconds(reset) - time.GetUtcNow();
            return TimeSpan.FromSeconds(Math.Max(0, Math.Ceiling(wait.TotalSeconds) + 1));
        }

        return FallbackWait;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
