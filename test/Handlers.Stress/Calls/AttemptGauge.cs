using System.Globalization;

namespace Handlers.Stress.Calls;

/// <summary>An app's own handler between ours and the sockets: each pass is one attempt. It gives every attempt a number that the twins read.</summary>
internal sealed class AttemptGauge(Target target) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int attempt = Number(request);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            target.Answered(attempt, response);
            return response;
        }
        finally
        {
            target.Returned();
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int attempt = Number(request);
        try
        {
            HttpResponseMessage response = base.Send(request, cancellationToken);
            target.Answered(attempt, response);
            return response;
        }
        finally
        {
            target.Returned();
        }
    }

    private int Number(HttpRequestMessage request)
    {
        int attempt = target.Leaves();
        request.Headers.Remove(Journal.Attempt);
        request.Headers.Add(Journal.Attempt, attempt.ToString(CultureInfo.InvariantCulture));
        return attempt;
    }
}
