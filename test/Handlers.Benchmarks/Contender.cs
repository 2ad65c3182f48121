namespace Handlers.Benchmarks;

/// <summary>One client under measurement.</summary>
internal sealed class Contender : IDisposable
{
    private static readonly Uri Target = new("https://api.github.com/repos/o/r/issues");

    private readonly HttpClient _client;
    private readonly bool _asynchronous;
    private readonly List<double> _nanoseconds = [];
    private readonly List<double> _bytes = [];

    public Contender(string name, bool asynchronous, Func<HttpMessageHandler, HttpMessageHandler> chain)
    {
        Name = name;
        _asynchronous = asynchronous;
        _client = new HttpClient(chain(new StubTransport(asynchronous))) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public string Name { get; }

    public void Warm(int calls) => Send(calls);

    public void Round(int calls)
    {
        long bytes = GC.GetTotalAllocatedBytes(precise: false);
        long start = TimeProvider.System.GetTimestamp();
        Send(calls);
        _nanoseconds.Add(TimeProvider.System.GetElapsedTime(start).TotalNanoseconds / calls);
        _bytes.Add((GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)calls);
    }

    public (double Ns, double Bytes) Median() => (Median(_nanoseconds), Median(_bytes));

    public void Dispose() => _client.Dispose();

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private void Send(int calls)
    {
        if (_asynchronous)
        {
            SendAsync(calls).GetAwaiter().GetResult();
            return;
        }

        for (int i = 0; i < calls; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Target);
            using HttpResponseMessage response = _client.Send(request, HttpCompletionOption.ResponseHeadersRead);
        }
    }

    private async Task SendAsync(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Target);
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
    }
}
