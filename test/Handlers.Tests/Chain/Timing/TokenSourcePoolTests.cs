using System.Net;
using Handlers.Tests.Support;

namespace Handlers.Tests.Chain;

/// <summary>On the system's clock: only there sources are pooled.</summary>
public sealed class TokenSourcePoolTests
{
    /// <summary>Late cancellations, reads after the end and concurrent disposal are what could reach a source that has a new owner.</summary>
    [Fact]
    public void No_call_is_ever_cancelled_by_another()
    {
        var options = new ResilienceHandlersOptions { Provider = "generic" };
        options.Pacing.MaxConcurrency = 1000;
        using var client = new HttpClient(ResilienceHandlers.Create(new Stub(), options)) { Timeout = Timeout.InfiniteTimeSpan };

        Crowd.Run(4, worker =>
        {
            for (int i = 0; i < 1000; i++)
            {
                using var caller = new CancellationTokenSource();
                using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/things");
                HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, caller.Token);
                Stream body = response.Content.ReadAsStream(CancellationToken.None);
                body.ReadByte().ShouldBe('x');
                if (i % 3 != 0)
                {
                    body.ReadByte().ShouldBe(-1);
                    body.ReadByte().ShouldBe(-1);
                }

                response.Dispose();
                caller.Cancel();
                request.GetCallReport()!.Verdict.ShouldBe(VerdictKind.Ok, $"worker {worker}, call {i}");
            }
        });
    }

    [Fact]
    [Trait("Requirement", "C5")]
    public void A_happy_call_adds_little_to_what_the_bare_client_allocates()
    {
        using var bare = new HttpClient(new Stub());
        using var ours = new HttpClient(ResilienceHandlers.Create(new Stub(), new ResilienceHandlersOptions { Provider = "generic" }))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _ = BytesPerCall(bare);
        _ = BytesPerCall(ours);

        long added = BytesPerCall(ours) - BytesPerCall(bare);

        // In a debug build every asynchronous method that is entered is an object: two reads of the body, about 300 of these bytes.
        added.ShouldBeInRange(0, 1500);
    }

    private static long BytesPerCall(HttpClient client)
    {
        const int Calls = 500;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/things");
            using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            using Stream body = response.Content.ReadAsStream();
            while (body.ReadByte() >= 0)
            {
            }
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private sealed class Stub : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new StreamContent(new OneWayStream("x"u8.ToArray())) };
            response.Headers.TryAddWithoutValidation("Server", "stub");
            return response;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));
    }
}
