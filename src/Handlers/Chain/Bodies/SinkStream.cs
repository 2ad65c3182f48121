namespace Handlers;

/// <summary>Where a body is written to: once, and forwards.</summary>
internal abstract class SinkStream : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("What was written here has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("What was written here can't be positioned.");
        set => throw new NotSupportedException("What was written here can't be positioned.");
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("What was written here can't be read.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("What was written here can't be positioned.");

    public override void SetLength(long value) => throw new NotSupportedException("What was written here has no length.");
}
