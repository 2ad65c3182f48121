using System.Net;

namespace Handlers.Benchmarks;

/// <summary>Answers with GitHub's 24 headers and a small body still to come, synchronously or after one hop through the scheduler.</summary>
internal sealed class StubTransport(bool asynchronous) : HttpMessageHandler
{
    private static readonly (string Name, string Value)[] Headers =
    [
        ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ("Cache-Control", "private, max-age=60, s-maxage=60"),
        ("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With"),
        ("ETag", "W/\"644b5b0155e6404a9cc4bd9d8b1ae730\""),
        ("X-OAuth-Scopes", "repo"),
        ("X-Accepted-OAuth-Scopes", "repo"),
        ("X-GitHub-Media-Type", "github.v3; format=json"),
        ("x-github-api-version-selected", "2022-11-28"),
        ("X-RateLimit-Limit", "5000"),
        ("X-RateLimit-Remaining", "4999"),
        ("X-RateLimit-Reset", "1795265400"),
        ("X-RateLimit-Used", "1"),
        ("X-RateLimit-Resource", "core"),
        ("Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After"),
        ("Access-Control-Allow-Origin", "*"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubdomains; preload"),
        ("X-Frame-Options", "deny"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-XSS-Protection", "0"),
        ("Referrer-Policy", "origin-when-cross-origin, strict-origin-when-cross-origin"),
        ("Content-Security-Policy", "default-src 'none'"),
        ("Server", "github.com"),
        ("X-GitHub-Request-Id", "0402:25A1:11044F5"),
    ];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (asynchronous)
        {
            await Task.Yield();
        }

        return Answer(request);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Answer(request);

    private static HttpResponseMessage Answer(HttpRequestMessage request)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new PendingContent() };
        foreach ((string name, string value) in Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        return response;
    }
}
