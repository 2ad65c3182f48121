using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Handlers.AspNetCore.Tests.Support;

/// <summary>Reads a stream of events as a browser would.</summary>
internal sealed class SseReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _items;
    private readonly CancellationTokenSource _stop = new();

    private SseReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        Parser = SseParser.Create(body);
        _items = Parser.EnumerateAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    public HttpResponseMessage Response => _response;

    public SseParser<string> Parser { get; }

    public static async Task<SseReader> OpenAsync(HttpClient browser, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        HttpResponseMessage response = await browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new SseReader(response, await response.Content.ReadAsStreamAsync());
    }

    public async Task<SseItem<string>> NextAsync()
    {
        (await _items.MoveNextAsync().AsTask().WaitAsync(Patience, TimeProvider.System)).ShouldBeTrue();
        return _items.Current;
    }

    public async Task<(string Name, JsonElement Data)> UntilAsync(string name)
    {
        while (true)
        {
            SseItem<string> item = await NextAsync();
            if (item.EventType == name)
            {
                return (item.EventType, JsonDocument.Parse(item.Data).RootElement);
            }
        }
    }

    public async Task<IReadOnlyList<SseItem<string>>> AllAsync()
    {
        List<SseItem<string>> all = [];
        while (await _items.MoveNextAsync().AsTask().WaitAsync(Patience, TimeProvider.System))
        {
            all.Add(_items.Current);
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _items.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // Ended in the middle, as browsers do.
        }

        _response.Dispose();
        _stop.Dispose();
    }
}
