using System.Net;
using System.Net.Http.Headers;
using Handlers.Testing;

namespace Handlers.Tests.ResponseCaching;

/// <summary>The handler alone over a scripted wire, in virtual time.</summary>
internal sealed class CacheBench : IDisposable
{
    public const string Url = "https://api.example/things";

    private readonly HttpMessageInvoker _invoker;

    public CacheBench(ResponseCachingOptions? options = null, IResponseStore? store = null)
    {
        Wire = new ScriptedTransport(Time);
        Handler = new ResponseCachingHandler(options ?? new ResponseCachingOptions(), store, Time) { InnerHandler = Wire };
        _invoker = new HttpMessageInvoker(Handler);
    }

    public VirtualTime Time { get; } = new();

    public ScriptedTransport Wire { get; }

    public ResponseCachingHandler Handler { get; }

    public static ScriptedAnswer Fresh(string body = "fresh", int seconds = 60) => ScriptedAnswer.Status(200).Text(body).Header("Cache-Control", $"max-age={seconds}");

    public static HttpRequestMessage Get(string url = Url, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        foreach ((string name, string value) in fields)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    public static string? StatusOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Cache-Status", out HeaderStringValues lines) ? lines.ToString() : null;

    /// <summary>Sends and hands out the response as soon as its headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage? request = null, CancellationToken token = default) =>
        _invoker.SendAsync(request ?? Get(), token);

    /// <summary>Sends, reads to the end, disposes.</summary>
    public async Task<string> ReadAsync(HttpRequestMessage? request = null, CancellationToken token = default)
    {
        using HttpResponseMessage response = await SendAsync(request, token);
        return await response.Content.ReadAsStringAsync(token);
    }

    /// <summary>How many requests reach the server while <paramref name="again"/> reads the same once more.</summary>
    public async Task<bool> IsStoredAsync(Func<Task>? again = null)
    {
        int before = Wire.Attempts.Count;
        Wire.Answers(ScriptedAnswer.Status(HttpStatusCode.OK).Text("from the server"));
        await (again?.Invoke() ?? ReadAsync());
        return Wire.Attempts.Count == before;
    }

    public void Dispose()
    {
        _invoker.Dispose();
        Wire.Dispose();
    }
}
