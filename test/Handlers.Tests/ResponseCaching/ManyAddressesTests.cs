using System.Globalization;
using System.Net;
using Handlers.Testing;

namespace Handlers.Tests.ResponseCaching;

/// <summary>More answers than there is room for, through the whole chain.</summary>
public class ManyAddressesTests
{
    private const int Addresses = 100_000;
    private const int BodyBytes = 1024;
    private const long Room = 8L << 20;

    [Fact]
    public async Task Stay_within_the_room_they_have_and_the_newest_are_hits()
    {
        var options = new ResilienceHandlersOptions { Account = "acme" };
        options.Caching.MaxBytes = Room;
        options.Pacing.Limits = "1000000000/second";
        using HttpMessageHandler chain = ResilienceHandlers.Create(new Server(), options, new VirtualTime());
        using var client = new HttpClient(chain) { Timeout = Timeout.InfiniteTimeSpan };
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (int i = 0; i < Addresses; i++)
        {
            (await client.GetByteArrayAsync(Address(i))).Length.ShouldBe(BodyBytes);
        }

        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        List<bool> isHit = [];
        for (int i = Addresses - 1; i >= 0 && isHit.Count < Room / BodyBytes; i--)
        {
            isHit.Add(await IsHitAsync(client, i));
        }

        int hits = isHit.IndexOf(false);
        hits.ShouldBeGreaterThan((int)(Room / (3 * BodyBytes)), "most of the room is for bodies");
        isHit.Skip(hits).ShouldAllBe(hit => !hit, "what is older than the oldest hit has gone");
        ((long)hits * BodyBytes).ShouldBeLessThan(Room);
        kept.ShouldBeLessThan(2 * Room, "the heap agrees with what the store counts");
    }

    private static string Address(int i) => string.Create(CultureInfo.InvariantCulture, $"https://api.example/things/{i}");

    /// <summary>Looks without asking the server, so that a miss displaces nothing.</summary>
    private static async Task<bool> IsHitAsync(HttpClient client, int i)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(i));
        request.SetCallOptions(new CallOptions { Cache = CacheMode.OnlyIfCached });
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode == HttpStatusCode.OK;
    }

    private sealed class Server : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new StreamContent(new MemoryStream(new byte[BodyBytes])) };
            response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=3600");
            return Task.FromResult(response);
        }
    }
}
