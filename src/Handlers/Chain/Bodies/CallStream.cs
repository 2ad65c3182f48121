using System.Buffers;

namespace Handlers;

/// <summary>A body as the caller reads it; each read is bounded by the content that made it.</summary>
/// <param name="inner">The transport's stream.</param>
/// <param name="content">The content.</param>
/// <param name="blocking">Ends synchronous reads, which bring no token of their own.</param>
internal sealed class CallStream(Stream inner, CallContent content, CancellationToken blocking = default) : BodyStream
{
    private int _reads;

    public override bool CanRead => inner.CanRead;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            // Two reads at once bring their bytes in an order that nobody here can tell.
            if (Interlocked.Exchange(ref _reads, 1) != 0)
            {
                content.Break();
            }

            int read = await content.ReadAsync(inner, buffer, cancellationToken).ConfigureAwait(false);
            return Noted(buffer.Span, read);
        }
        catch
        {
            content.Break();
            throw;
        }
        finally
        {
            Volatile.Write(ref _reads, 0);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(buffer.Length);
        int read = Read(rented, 0, buffer.Length);
        rented.AsSpan(0, read).CopyTo(buffer);

        // Not in a finally: a read that was cut off may still write into it.
        ArrayPool<byte>.Shared.Return(rented);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return Noted(buffer.AsSpan(offset, count), content.Read(inner, buffer.AsMemory(offset, count), blocking));
        }
        catch
        {
            content.Break();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        content.End();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            content.End();
        }

        base.Dispose(disposing);
    }

    private int Noted(ReadOnlySpan<byte> buffer, int read)
    {
        if (buffer.Length > 0)
        {
            content.Note(buffer[..read]);
        }

        return read;
    }
}
