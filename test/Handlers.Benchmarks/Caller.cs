using System.Diagnostics.CodeAnalysis;

namespace Handlers.Benchmarks;

/// <summary>An app that makes the same call again and again.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Over a stub nothing is to be given back, and it lives as long as the measurement.")]
internal sealed class Caller
{
    private static readonly Uri Issues = new("https://api.github.com/repos/o/r/issues");

    private readonly HttpClient _client;
    private readonly bool _asynchronous;

    public Caller(HttpMessageHandler chain, bool asynchronous)
    {
        _client = new HttpClient(chain) { Timeout = Timeout.InfiniteTimeSpan };
        _asynchronous = asynchronous;
    }

    public Uri Target { get; init; } = Issues;

    /// <summary>Posts under this key; null for a GET.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Waits for the answer's body; else it is dropped unread.</summary>
    public bool ReadsBody { get; init; }

    public void Send(int calls)
    {
        if (_asynchronous)
        {
            SendAsync(calls).GetAwaiter().GetResult();
            return;
        }

        for (int i = 0; i < calls; i++)
        {
            SendOnce();
        }
    }

    public async Task SendAsync(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            using HttpRequestMessage request = Request();
            using HttpResponseMessage response = await _client.SendAsync(request, Completion);
        }
    }

    public async Task OnceAsync()
    {
        if (!_asynchronous)
        {
            SendOnce();
            return;
        }

        using HttpRequestMessage request = Request();
        using HttpResponseMessage response = await _client.SendAsync(request, Completion);
    }

    /// <summary>False when the call was refused.</summary>
    public async Task<bool> TryAsync()
    {
        try
        {
            using HttpRequestMessage request = Request();
            using HttpResponseMessage response = await _client.SendAsync(request, Completion);
            return response.IsSuccessStatusCode;
        }
        catch (Exception refusal) when (refusal is HttpRequestException or Polly.ExecutionRejectedException)
        {
            return false;
        }
    }

    private HttpCompletionOption Completion => ReadsBody ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead;

    private void SendOnce()
    {
        using HttpRequestMessage request = Request();
        using HttpResponseMessage response = _client.Send(request, Completion);
    }

    private HttpRequestMessage Request()
    {
        if (IdempotencyKey is not { } key)
        {
            return new HttpRequestMessage(HttpMethod.Get, Target);
        }

        var request = new HttpRequestMessage(HttpMethod.Post, Target) { Content = new ReadOnlyMemoryContent("{}"u8.ToArray()) };
        request.SetCallOptions(new CallOptions { IdempotencyKey = key });
        return request;
    }
}
