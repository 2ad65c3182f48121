using System.Net;

namespace Handlers.Tests.RateLimit;

/// <summary>A body that comes from the wire in pieces and counts what was read of it.</summary>
internal sealed class CountedContent(byte[] body, int piece) : HttpContent
{
    private int _at;

    public int BytesRead => _at;

    public int Reads { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => new Pieces(this).CopyToAsync(stream);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => new Pieces(this).CopyTo(stream);

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new Pieces(this));

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new Pieces(this);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private sealed class Pieces(CountedContent content) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => content.Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer) => content.Read(buffer);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(content.Read(buffer.AsSpan(offset, count)));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(content.Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private int Read(Span<byte> buffer)
    {
        Reads++;
        int count = Math.Min(Math.Min(buffer.Length, piece), body.Length - _at);
        body.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }
}
