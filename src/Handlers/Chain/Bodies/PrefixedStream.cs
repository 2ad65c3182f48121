namespace Handlers;

/// <summary>Bytes in memory, then the rest of a stream.</summary>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> start, Stream? rest) : Stream
{
    private ReadOnlyMemory<byte> _left = start;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("A response body has no length before it has been read.");

    public override long Position
    {
        get => throw new NotSupportedException("A response body can't be positioned.");
        set => throw new NotSupportedException("A response body can't be positioned.");
    }

    public override int Read(Span<byte> buffer)
    {
        if (_left.IsEmpty)
        {
            return rest?.Read(buffer) ?? 0;
        }

        int count = Math.Min(buffer.Length, _left.Length);
        _left.Span[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _left.IsEmpty && rest is not null ? rest.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A response body can't be positioned.");

    public override void SetLength(long value) => throw new NotSupportedException("A response body can't be written.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A response body can't be written.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest?.Dispose();
        }

        base.Dispose(disposing);
    }
}
