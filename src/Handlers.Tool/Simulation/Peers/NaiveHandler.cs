using System.Net;

namespace Handlers.Tool.Simulation.Peers;

/// <summary>What is written in an afternoon: three retries, exponential with full jitter from one second, whatever the provider says.</summary>
internal sealed class NaiveHandler(HttpMessageHandler inner, TimeProvider time, Random random) : DelegatingHandler(inner)
{
    private const int MaxRetries = 3;
    private static readonly TimeSpan BaseDelay = TimeSpan.FromSeconds(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (int retry = 0; ; retry++)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (retry == MaxRetries || !IsRetried(response.StatusCode))
            {
                return response;
            }

            response.Dispose();
            await Task.Delay(BaseDelay * Math.Pow(2, retry) * random.NextDouble(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsRetried(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
