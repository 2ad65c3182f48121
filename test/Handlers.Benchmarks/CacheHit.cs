using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Caching.Memory;

namespace Handlers.Benchmarks;

/// <summary>
/// What a hit costs: at most three look-ups in a MemoryCache and building the same response, header by header, with the same body. All take turns within one
/// process; medians are compared.
/// </summary>
internal static class CacheHit
{
    private const int Rounds = 60;
    private const int CallsPerRound = 5_000;
    private const int Entries = 1_000;

    private static readonly string[] Targets = [.. Enumerable.Range(0, Entries).Select(i => $"https://api.github.com/repos/o/r/issues/{i}")];
    private static readonly Uri[] Uris = [.. Targets.Select(target => new Uri(target))];

    public static async Task<HitFigures> MeasureAsync()
    {
        using var handler = new ResponseCachingHandler(new ResponseCachingOptions(), timeProvider: new StubTime()) { InnerHandler = new StubTransport(asynchronous: false) };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var memory = new MemoryCache(new MemoryCacheOptions());
        (KeyValuePair<string, HeaderStringValues>[] headers, KeyValuePair<string, HeaderStringValues>[] contentHeaders, byte[] body) = await FillAsync(invoker, memory);

        var hit = new Measure("hit", async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Uris[i]);
            using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);
        });
        var lookup = new Measure("look-up", i =>
        {
            memory.TryGetValue(Targets[i], out _);
            return ValueTask.CompletedTask;
        });
        var build = new Measure("build", i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Uris[i]);
            using HttpResponseMessage response = Build(request, headers, contentHeaders, body);
            return ValueTask.CompletedTask;
        });
        Measure[] all = [hit, lookup, build];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < all.Length; i++)
            {
                await all[(round + i) % all.Length].RoundAsync(CallsPerRound, Entries, record: round >= 10);
            }
        }

        return new HitFigures((hit.Nanoseconds, hit.Bytes), (lookup.Nanoseconds, lookup.Bytes), (build.Nanoseconds, build.Bytes));
    }

    private static async Task<(KeyValuePair<string, HeaderStringValues>[] Headers, KeyValuePair<string, HeaderStringValues>[] ContentHeaders, byte[] Body)> FillAsync(
        HttpMessageInvoker invoker, MemoryCache memory)
    {
        KeyValuePair<string, HeaderStringValues>[] headers = [];
        KeyValuePair<string, HeaderStringValues>[] contentHeaders = [];
        byte[] body = [];
        foreach (string target in Targets)
        {
            for (int i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, target);
                using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);
                headers = [.. response.Headers.NonValidated];
                contentHeaders = [.. response.Content.Headers.NonValidated];
                body = await response.Content.ReadAsByteArrayAsync();
            }

            memory.Set(target, body);
        }

        if (!headers.Any(field => field.Key == "Age"))
        {
            throw new InvalidOperationException("The second request was no hit.");
        }

        return (headers, contentHeaders, body);
    }

    private static HttpResponseMessage Build(
        HttpRequestMessage request, KeyValuePair<string, HeaderStringValues>[] headers, KeyValuePair<string, HeaderStringValues>[] contentHeaders, byte[] body)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new ReadOnlyMemoryContent(body) };
        foreach ((string name, HeaderStringValues lines) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, lines.ToString());
        }

        foreach ((string name, HeaderStringValues lines) in contentHeaders)
        {
            response.Content.Headers.TryAddWithoutValidation(name, lines.ToString());
        }

        return response;
    }

    /// <summary>The real clock's pace, at the date that the stub's answers carry.</summary>
    private sealed class StubTime : TimeProvider
    {
        private readonly long _start = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) + System.GetElapsedTime(_start);
    }

    private sealed class Measure(string name, Func<int, ValueTask> once)
    {
        private readonly List<double> _nanoseconds = [];
        private readonly List<double> _bytes = [];

        public string Name { get; } = name;

        public double Nanoseconds => Median(_nanoseconds);

        public double Bytes => Median(_bytes);

        public async Task RoundAsync(int calls, int entries, bool record)
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long start = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                await once(i % entries);
            }

            double elapsed = TimeProvider.System.GetElapsedTime(start).TotalNanoseconds;
            if (record)
            {
                _nanoseconds.Add(elapsed / calls);
                _bytes.Add((GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)calls);
            }
        }

        private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
