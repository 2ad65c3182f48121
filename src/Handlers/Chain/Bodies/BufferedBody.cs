using System.Net;
using System.Net.Http.Headers;

namespace Handlers;

/// <summary>
/// An error body of which the beginning was read to judge it: the caller gets the same bytes and the same headers. What was not read yet follows from the wire.
/// </summary>
internal sealed class BufferedBody : HttpContent
{
    private readonly HttpContent _inner;
    private readonly ReadOnlyMemory<byte> _start;
    private readonly Stream? _rest;

    /// <summary>Creates the content.</summary>
    /// <param name="inner">The content whose stream was read from; disposed with this one.</param>
    /// <param name="start">What was read.</param>
    /// <param name="rest">What follows; null when everything was read.</param>
    public BufferedBody(HttpContent inner, ReadOnlyMemory<byte> start, Stream? rest)
    {
        _inner = inner;
        _start = start;
        _rest = rest;
        foreach (KeyValuePair<string, HeaderStringValues> header in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    /// <summary>Everything was read: nothing is to come.</summary>
    public bool IsWhole => _rest is null;

    protected override bool TryComputeLength(out long length)
    {
        length = _start.Length;
        return IsWhole;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_start, cancellationToken).ConfigureAwait(false);
        if (_rest is not null)
        {
            await _rest.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        stream.Write(_start.Span);
        _rest?.CopyTo(stream);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(Open());

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Open();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rest?.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private PrefixedStream Open() => new PrefixedStream(_start, _rest);
}
