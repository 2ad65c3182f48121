using System.Text;

namespace Handlers.Sockets.Tests.Support;

internal static class Requests
{
    public static HttpRequestMessage Get(string uri, CallOptions? options = null) => Made(new HttpRequestMessage(HttpMethod.Get, uri), options);

    public static HttpRequestMessage Post(string uri, string body = """{"body":"hello"}""", CallOptions? options = null) =>
        Made(new HttpRequestMessage(HttpMethod.Post, uri) { Content = new StringContent(body, Encoding.UTF8, "application/json") }, options);

    private static HttpRequestMessage Made(HttpRequestMessage request, CallOptions? options)
    {
        if (options is not null)
        {
            request.SetCallOptions(options);
        }

        return request;
    }
}
