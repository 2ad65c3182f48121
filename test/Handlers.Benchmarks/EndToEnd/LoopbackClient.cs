using System.Diagnostics.CodeAnalysis;

namespace Handlers.Benchmarks.EndToEnd;

/// <summary>One client with connections of its own: 64 flows that send, read the whole answer, and send again.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the measurement, which is all that the process does.")]
internal sealed class LoopbackClient
{
    private const int Flows = 64;

    private readonly HttpClient _client;
    private int _sent;

    public LoopbackClient(string name, Uri server, Func<HttpMessageHandler, HttpMessageHandler> chain)
    {
        Name = name;
        _client = new HttpClient(chain(new SocketsHttpHandler())) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
    }

    public string Name { get; }

    /// <summary>The folder that everything is asked for from.</summary>
    public string Folder { get; init; } = "";

    public List<Segment> Segments { get; } = [];

    public async Task<Segment> RunAsync(TimeSpan duration)
    {
        GC.Collect();
        _sent = 0;
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Flows).Select(_ => Task.Run(() => FlowAsync(start, duration))));
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        return new Segment(
            _sent / seconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / _sent * 100_000,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)_sent);
    }

    /// <summary>Each request asks for something else: nothing can be shared or answered from memory.</summary>
    private async Task FlowAsync(long start, TimeSpan duration)
    {
        while (TimeProvider.System.GetElapsedTime(start) < duration)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Folder}repos/o/r/issues/{Interlocked.Increment(ref _sent)}");
            using HttpResponseMessage response = await _client.SendAsync(request);
            response.EnsureSuccessStatusCode();
        }
    }
}
