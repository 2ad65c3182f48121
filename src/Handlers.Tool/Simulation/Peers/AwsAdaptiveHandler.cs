using System.Net;

namespace Handlers.Tool.Simulation.Peers;

/// <summary>
/// The adaptive retry mode of the AWS SDKs (botocore and smithy-typescript, read in source 2026-08): a token bucket for the whole client,
/// switched on by the first refusal, whose rate follows CUBIC and is bounded by twice the measured rate; retries with full jitter up to 20 s,
/// paid from a quota of 500 that successes fill up again; a server's hint counts up to five seconds more than the own backoff.
/// </summary>
/// <remarks>Kinder than the default of three attempts: ten. Waiting is in order of arrival; the original polls.</remarks>
internal sealed class AwsAdaptiveHandler(HttpMessageHandler inner, TimeProvider time, Random random) : DelegatingHandler(inner)
{
    private const int MaxAttempts = 10;
    private const int QuotaCapacity = 500;
    private const int RetryCost = 5;
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MostHint = TimeSpan.FromSeconds(5);

    private readonly AdaptiveRate _rate = new(time);
    private int _quota = QuotaCapacity;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int paid = 0;
        for (int attempt = 1; ; attempt++)
        {
            await _rate.AcquireAsync(cancellationToken).ConfigureAwait(false);
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            _rate.Received(response.StatusCode == HttpStatusCode.TooManyRequests);
            if (response.IsSuccessStatusCode)
            {
                _quota = Math.Min(QuotaCapacity, _quota + (paid > 0 ? paid : 1));
                return response;
            }

            if (attempt == MaxAttempts || !IsRetried(response.StatusCode) || _quota < RetryCost)
            {
                return response;
            }

            _quota -= RetryCost;
            paid = RetryCost;
            TimeSpan wait = Min(TimeSpan.FromSeconds(Math.Pow(2, attempt - 1)), LongestBackoff) * random.NextDouble();
            if (response.Headers.RetryAfter is { Delta: { } hint } && hint > wait)
            {
                wait = Min(hint, wait + MostHint);
            }

            response.Dispose();
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rate.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsRetried(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
