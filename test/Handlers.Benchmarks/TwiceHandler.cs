namespace Handlers.Benchmarks;

/// <summary>Sends every request a second time and knows nothing: the least that a retry after one failure can cost.</summary>
internal sealed class TwiceHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        (await base.SendAsync(request, cancellationToken).ConfigureAwait(false)).Dispose();
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        base.Send(request, cancellationToken).Dispose();
        return base.Send(request, cancellationToken);
    }
}
