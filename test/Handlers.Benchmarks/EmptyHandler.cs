namespace Handlers.Benchmarks;

/// <summary>A handler that does nothing in an asynchronous method: the least that eight handlers written one by one can cost.</summary>
internal sealed class EmptyHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(request, cancellationToken);
}
