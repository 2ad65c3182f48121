using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class CopiedBodyTests
{
    [Fact]
    public async Task A_short_json_body_of_an_unknown_type_is_copied_with_its_headers()
    {
        using var own = new Own("""{"model":"gpt-5"}""");

        using HttpContent copy = CopiedBody.Of(own);

        RequestBody.TryPeek(copy, out ReadOnlyMemory<byte> seen).ShouldBeTrue();
        Encoding.UTF8.GetString(seen.Span).ShouldBe("""{"model":"gpt-5"}""");
        copy.Headers.ContentType!.MediaType.ShouldBe("application/json");
        copy.Headers.ContentLength.ShouldBe(17);
        (await copy.ReadAsStringAsync()).ShouldBe("""{"model":"gpt-5"}""");
    }

    [Fact]
    public void Disposing_the_copy_disposes_the_body_that_it_stands_for()
    {
        using var own = new Own("{}");

        CopiedBody.Of(own).Dispose();

        own.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public void What_could_do_harm_is_left_alone()
    {
        HttpContent[] contents =
        [
            new StringContent("{}", Encoding.UTF8, "application/json"),
            new StreamContent(new MemoryStream([1])) { Headers = { ContentType = new("application/json") } },
            new Own("text", "text/plain"),
            new Own("{}") { IsLengthKnown = false },
            new Own(new string(' ', RequestBody.MaxBytes + 1)),
            new Own("{}") { LengthError = 1 },
            new AsynchronousOnly(),
        ];

        foreach (HttpContent content in contents)
        {
            CopiedBody.Of(content).ShouldBeSameAs(content);
            content.Dispose();
        }
    }

    private sealed class Own : HttpContent
    {
        private readonly byte[] _bytes;

        public Own(string text, string mediaType = "application/json")
        {
            _bytes = Encoding.UTF8.GetBytes(text);
            Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        public bool IsLengthKnown { get; init; } = true;

        public int LengthError { get; init; }

        public bool IsDisposed { get; private set; }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length + LengthError;
            return IsLengthKnown;
        }

        protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => stream.Write(_bytes);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(_bytes).AsTask();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class AsynchronousOnly : HttpContent
    {
        public AsynchronousOnly() => Headers.ContentType = new MediaTypeHeaderValue("application/json");

        protected override bool TryComputeLength(out long length)
        {
            length = 2;
            return true;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync("{}"u8.ToArray()).AsTask();
    }
}
