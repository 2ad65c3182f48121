using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Caching.Memory;

namespace Handlers.Benchmarks;

/// <summary>A thousand stored answers, in our cache and in a MemoryCache.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Over a stub nothing is to be given back, and it lives as long as the measurement.")]
internal sealed class CachedAnswer
{
    private readonly HttpMessageInvoker _invoker = new(
        new ResponseCachingHandler(new ResponseCachingOptions(), timeProvider: new StubTime()) { InnerHandler = new StubTransport(asynchronous: false) });

    private readonly MemoryCache _memory = new(new MemoryCacheOptions());
    private readonly string[] _targets = [.. Enumerable.Range(0, Entries).Select(i => $"https://api.github.com/repos/o/r/issues/{i}")];
    private readonly Uri[] _uris;
    private KeyValuePair<string, HeaderStringValues>[] _headers = [];
    private KeyValuePair<string, HeaderStringValues>[] _contentHeaders = [];
    private byte[] _body = [];

    private CachedAnswer() => _uris = [.. _targets.Select(target => new Uri(target))];

    public const int Entries = 1_000;

    public static async Task<CachedAnswer> MakeAsync()
    {
        var answers = new CachedAnswer();
        foreach (string target in answers._targets)
        {
            for (int i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, target);
                using HttpResponseMessage response = await answers._invoker.SendAsync(request, CancellationToken.None);
                answers._headers = [.. response.Headers.NonValidated];
                answers._contentHeaders = [.. response.Content.Headers.NonValidated];
                answers._body = await response.Content.ReadAsByteArrayAsync();
            }

            answers._memory.Set(target, answers._body);
        }

        return answers._headers.Any(field => field.Key == "Age") ? answers : throw new InvalidOperationException("The second request was no hit.");
    }

    /// <summary>The whole of a hit: request, answer, and its disposal.</summary>
    public async Task HitAsync(int entry)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _uris[entry]);
        using HttpResponseMessage response = await _invoker.SendAsync(request, CancellationToken.None);
    }

    public bool LookUp(int entry) => _memory.TryGetValue(_targets[entry], out _);

    /// <summary>The same request and response, header by header, with the same body.</summary>
    public bool Build(int entry)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _uris[entry]);
        using var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new ReadOnlyMemoryContent(_body) };
        foreach ((string name, HeaderStringValues lines) in _headers)
        {
            response.Headers.TryAddWithoutValidation(name, lines.ToString());
        }

        foreach ((string name, HeaderStringValues lines) in _contentHeaders)
        {
            response.Content.Headers.TryAddWithoutValidation(name, lines.ToString());
        }

        return response.IsSuccessStatusCode;
    }

    /// <summary>The real clock's pace, at the date that the stub's answers carry.</summary>
    private sealed class StubTime : TimeProvider
    {
        private readonly long _start = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) + System.GetElapsedTime(_start);
    }
}
