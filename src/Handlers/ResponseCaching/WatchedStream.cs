namespace Handlers.ResponseCaching;

/// <summary>Takes what is written to it to a watcher.</summary>
internal sealed class WatchedStream(BodyWatcher watcher) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("What was written is not kept here.");

    public override long Position
    {
        get => throw new NotSupportedException("What was written is not kept here.");
        set => throw new NotSupportedException("What was written is not kept here.");
    }

    public override void Write(ReadOnlySpan<byte> buffer) => watcher.Note(buffer);

    public override void Write(byte[] buffer, int offset, int count) => watcher.Note(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("What was written is not kept here.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("What was written is not kept here.");

    public override void SetLength(long value) => throw new NotSupportedException("What was written is not kept here.");
}
