namespace Handlers.ResponseCaching;

/// <summary>Takes what is written to it to a watcher.</summary>
internal sealed class WatchedStream(BodyWatcher watcher) : SinkStream
{
    public override void Write(ReadOnlySpan<byte> buffer) => watcher.Note(buffer);

    public override void Write(byte[] buffer, int offset, int count) => watcher.Note(buffer.AsSpan(offset, count));
}
