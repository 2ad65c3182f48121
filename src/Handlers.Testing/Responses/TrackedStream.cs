namespace Handlers.Testing;

/// <summary>A body's stream that says when it has given its last byte or was disposed.</summary>
internal sealed class TrackedStream(Stream inner, Action ended) : BodyStream
{
    private readonly Action _ended = ended;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = -1;
        try
        {
            read = inner.Read(buffer);
        }
        finally
        {
            Look(read, buffer.Length);
        }

        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = -1;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Look(read, buffer.Length);
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _ended();
        }

        base.Dispose(disposing);
    }

    // Minus one: the read failed or was cancelled, which costs the connection.
    private void Look(int read, int wanted)
    {
        if (read < 0 || (read == 0 && wanted > 0))
        {
            _ended();
        }
    }
}
