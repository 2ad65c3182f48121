using System.Net;
using System.Net.Http.Headers;

/// <summary>Fails once, then answers.</summary>
internal sealed class Upstream : HttpMessageHandler
{
    private int _arrived;
    private int _written;

    public int Written => _written;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _arrived) == 1)
        {
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { RequestMessage = request });
        }

        bool writes = request.Method == HttpMethod.Post;
        _ = writes ? Interlocked.Increment(ref _written) : 0;
        var response = new HttpResponseMessage(writes ? HttpStatusCode.Created : HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent("{}") };
        response.Headers.Date = DateTimeOffset.UtcNow;
        response.Headers.CacheControl = new CacheControlHeaderValue { MaxAge = TimeSpan.FromMinutes(1) };
        return Task.FromResult(response);
    }
}
