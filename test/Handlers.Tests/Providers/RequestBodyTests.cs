using System.Net;
using System.Net.Http.Json;
using System.Text;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class RequestBodyTests
{
    [Fact]
    public async Task Sees_what_will_be_sent_and_leaves_it_as_it_is()
    {
        using StringContent text = new("grüße", Encoding.UTF8, "text/plain");
        using ByteArrayContent bytes = new([0, 1, 2, 3, 4], 1, 3);
        using FormUrlEncodedContent form = new([KeyValuePair.Create("a", "b c")]);
        using JsonContent json = JsonContent.Create(new { a = 1 });
        using ReadOnlyMemoryContent memory = new(new byte[] { 9, 8 });

        foreach (HttpContent content in new HttpContent[] { text, bytes, form, json, memory })
        {
            RequestBody.TryPeek(content, out ReadOnlyMemory<byte> seen).ShouldBeTrue();

            seen.ToArray().ShouldBe(await content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public void Does_not_copy_an_array()
    {
        byte[] array = new byte[1000];
        using ByteArrayContent content = new(array);

        RequestBody.TryPeek(content, out ReadOnlyMemory<byte> seen).ShouldBeTrue();

        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(seen, out ArraySegment<byte> segment).ShouldBeTrue();
        segment.Array.ShouldBeSameAs(array);
    }

    [Fact]
    public void Never_touches_what_may_be_readable_only_once()
    {
        using MemoryStream stream = new([1, 2, 3]);
        using StreamContent content = new(stream);
        using CountingContent counting = new();

        RequestBody.TryPeek(content, out _).ShouldBeFalse();
        RequestBody.TryPeek(counting, out _).ShouldBeFalse();
        RequestBody.TryPeek(null, out _).ShouldBeFalse();

        stream.Position.ShouldBe(0);
        counting.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(RequestBody.MaxBytes, true)]
    [InlineData(RequestBody.MaxBytes + 1, false)]
    public void Looks_at_bodies_of_a_bounded_size(int length, bool expected)
    {
        using ByteArrayContent array = new(new byte[length]);
        using ReadOnlyMemoryContent memory = new(new byte[length]);

        RequestBody.TryPeek(array, out _).ShouldBe(expected);
        RequestBody.TryPeek(memory, out _).ShouldBe(expected);
    }

    [Fact]
    public void A_content_that_fails_to_write_is_not_seen()
    {
        ByteArrayContent disposed = new([1]);
        disposed.Dispose();
        using JsonContent cyclic = JsonContent.Create(new Cycle());

        RequestBody.TryPeek(disposed, out _).ShouldBeFalse();
        RequestBody.TryPeek(cyclic, out _).ShouldBeFalse();
    }

    private sealed class CountingContent() : ByteArrayContent([1, 2, 3])
    {
        public int Count { get; private set; }

        protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => Count++;
    }

    private sealed class Cycle
    {
        public Cycle Self => this;
    }
}
