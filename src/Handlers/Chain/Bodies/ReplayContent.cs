using System.Net;
using System.Net.Http.Headers;

namespace Handlers;

/// <summary>
/// A one-shot body that remembers what was sent, up to a bound, so that it can be sent again. It is not read ahead: nothing is buffered before it is sent, and a
/// body over the bound is streamed and sent once.
/// </summary>
internal sealed class ReplayContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly long _bound;
    private MemoryStream? _copy = new();
    private Progress _progress;

    public ReplayContent(HttpContent inner, long bound)
    {
        _inner = inner;
        _bound = bound;
        foreach (KeyValuePair<string, HeaderStringValues> header in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    private enum Progress : byte
    {
        Untouched,
        Sending,
        Copied,
    }

    /// <summary>Never touched (the connection failed first), or copied whole.</summary>
    public bool CanSendAgain => _progress != Progress.Sending;

    /// <summary>What the body comes from failed while it was sent, and not the way to the server.</summary>
    public bool SourceFailed { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_progress == Progress.Copied)
        {
            await stream.WriteAsync(Copied(), cancellationToken).ConfigureAwait(false);
            return;
        }

        TeeStream tee = Begin(stream);
        try
        {
            await _inner.CopyToAsync(tee, context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!tee.IsBroken && !cancellationToken.IsCancellationRequested)
        {
            SourceFailed = true;
            throw;
        }

        Done();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_progress == Progress.Copied)
        {
            stream.Write(Copied().Span);
            return;
        }

        TeeStream tee = Begin(stream);
        try
        {
            _inner.CopyTo(tee, context, cancellationToken);
        }
        catch (Exception) when (!tee.IsBroken && !cancellationToken.IsCancellationRequested)
        {
            SourceFailed = true;
            throw;
        }

        Done();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _copy?.Dispose();
        }

        base.Dispose(disposing);
    }

    private TeeStream Begin(Stream stream)
    {
        _progress = Progress.Sending;
        return new TeeStream(stream, this);
    }

    private void Done()
    {
        if (_copy is not null)
        {
            _progress = Progress.Copied;
        }
    }

    private ReadOnlyMemory<byte> Copied() => _copy!.GetBuffer().AsMemory(0, (int)_copy.Length);

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_copy is null)
        {
            return;
        }

        if (_copy.Length + bytes.Length > _bound)
        {
            _copy.Dispose();
            _copy = null;
            return;
        }

        _copy.Write(bytes);
    }

    private sealed class TeeStream(Stream target, ReplayContent owner) : Stream
    {
        /// <summary>The way to the server failed.</summary>
        public bool IsBroken { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException("A body on its way has no length.");

        public override long Position
        {
            get => throw new NotSupportedException("A body on its way can't be positioned.");
            set => throw new NotSupportedException("A body on its way can't be positioned.");
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            owner.Keep(buffer);
            try
            {
                target.Write(buffer);
            }
            catch
            {
                IsBroken = true;
                throw;
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            owner.Keep(buffer.Span);
            try
            {
                await target.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                IsBroken = true;
                throw;
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => target.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => target.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A body on its way can't be read.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A body on its way can't be positioned.");

        public override void SetLength(long value) => throw new NotSupportedException("A body on its way has no length.");
    }
}
