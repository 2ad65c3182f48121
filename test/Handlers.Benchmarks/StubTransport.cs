using System.Net;

namespace Handlers.Benchmarks;

/// <summary>Answers with an API's headers and a small body still to come, synchronously or after one hop through the scheduler.</summary>
internal sealed class StubTransport(bool asynchronous, (string Name, string Value)[]? headers = null) : HttpMessageHandler
{
    private readonly (string Name, string Value)[] _headers = headers ?? AnswerHeaders.GitHub;
    private int _sent;

    /// <summary>The statuses in turn; the last one stays, unless <see cref="Repeats"/>.</summary>
    public HttpStatusCode[] Statuses { get; init; } = [HttpStatusCode.OK];

    /// <summary>After the last status the first one comes again.</summary>
    public bool Repeats { get; init; }

    /// <summary>The wait that refusals name; null for none.</summary>
    public string? RetryAfter { get; init; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (asynchronous)
        {
            await Task.Yield();
        }

        return Answer(request);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Answer(request);

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        int turn = Statuses.Length == 1 ? 0 : _sent++;
        HttpStatusCode status = Statuses[Repeats ? turn % Statuses.Length : Math.Min(turn, Statuses.Length - 1)];
        var response = new HttpResponseMessage(status) { RequestMessage = request, Content = new PendingContent() };
        foreach ((string name, string value) in _headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        if (RetryAfter is not null && status == HttpStatusCode.TooManyRequests)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", RetryAfter);
        }

        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        return response;
    }
}
