namespace Handlers.Tests.Chain;

/// <summary>A foreign handler that does what the test says, with the message, its token, and the way on.</summary>
internal sealed class Between(Func<HttpRequestMessage, CancellationToken, Between.Next, Task<HttpResponseMessage>> send) : DelegatingHandler
{
    public delegate Task<HttpResponseMessage> Next(HttpRequestMessage request, CancellationToken token);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        send(request, cancellationToken, base.SendAsync);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        send(request, cancellationToken, (message, token) => Task.FromResult(base.Send(message, token))).GetAwaiter().GetResult();
}
