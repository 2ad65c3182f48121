namespace Handlers.Testing;

/// <summary>A response body as it is read: once, and forwards. The twins share no code with what they test.</summary>
internal abstract class BodyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("A response body has no length before it has been read.");

    public override long Position
    {
        get => throw new NotSupportedException("A response body can't be positioned.");
        set => throw new NotSupportedException("A response body can't be positioned.");
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A response body can't be positioned.");

    public override void SetLength(long value) => throw new NotSupportedException("A response body can't be written.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A response body can't be written.");
}
