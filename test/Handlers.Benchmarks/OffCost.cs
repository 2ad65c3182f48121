using System.Globalization;

namespace Handlers.Benchmarks;

/// <summary>What a switched-off stack adds. The transport does nothing at all, so that a few nanoseconds can be seen.</summary>
internal static class OffCost
{
    private const int Rounds = 60;
    private const int CallsPerRound = 200_000;

    public static int Run(bool cpu)
    {
        using var nothing = new Nothing();
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.github.com/repos/o/r/issues");
        using var bare = new HttpMessageInvoker(nothing, disposeHandler: false);
        using var off = new HttpMessageInvoker(Chains.SwitchedOff(nothing), disposeHandler: false);
        Contender[] contenders =
        [
            new("bare, async", calls => SendAsync(bare, request, calls)),
            new("off, async", calls => SendAsync(off, request, calls)),
            new("bare, sync", calls => Send(bare, request, calls)),
            new("off, sync", calls => Send(off, request, calls)),
        ];
        Contender.Compete(contenders, Rounds, CallsPerRound, cpu);
        for (int i = 0; i < contenders.Length; i += 2)
        {
            ((double bareNs, double bareBytes), (double offNs, double offBytes)) = (contenders[i].Median, contenders[i + 1].Median);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{contenders[i + 1].Name,-12} adds {offNs - bareNs:F1} ns, {offBytes - bareBytes:F1} B (bare {bareNs:F1} ns, {bareBytes:F1} B)"));
        }

        return 0;
    }

    private static void SendAsync(HttpMessageInvoker invoker, HttpRequestMessage request, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            // It has ended by now: this transport never waits.
            _ = invoker.SendAsync(request, CancellationToken.None);
        }
    }

    private static void Send(HttpMessageInvoker invoker, HttpRequestMessage request, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            _ = invoker.Send(request, CancellationToken.None);
        }
    }

    private sealed class Nothing : HttpMessageHandler
    {
        private readonly HttpResponseMessage _answer = new();
        private readonly Task<HttpResponseMessage> _task;

        public Nothing() => _task = Task.FromResult(_answer);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _task;

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => _answer;

        protected override void Dispose(bool disposing)
        {
            _answer.Dispose();
            base.Dispose(disposing);
        }
    }
}
