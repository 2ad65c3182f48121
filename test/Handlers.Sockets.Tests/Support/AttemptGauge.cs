namespace Handlers.Sockets.Tests.Support;

/// <summary>An app's own handler between ours and the sockets: each pass is one attempt.</summary>
internal sealed class AttemptGauge(AttemptCount count) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        count.Enter();
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            count.Leave();
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        count.Enter();
        try
        {
            return base.Send(request, cancellationToken);
        }
        finally
        {
            count.Leave();
        }
    }
}
