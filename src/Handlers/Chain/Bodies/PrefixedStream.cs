namespace Handlers;

/// <summary>Bytes in memory, then the rest of a stream.</summary>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> start, Stream? rest) : BodyStream
{
    private ReadOnlyMemory<byte> _left = start;

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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest?.Dispose();
        }

        base.Dispose(disposing);
    }
}
