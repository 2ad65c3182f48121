using System.Net;

namespace Handlers.Tests.Support;

/// <summary>Answers 200 at once, with content of the test's own making.</summary>
internal sealed class StubTransport(Func<HttpContent> content) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content(), RequestMessage = request });
}
