using System.Net;

namespace Handlers.ResponseCaching;

/// <summary>The content of an answer to HEAD: headers that describe a body, and none. It computes no length, because the one in its headers is the body's.</summary>
internal sealed class HeadContent : HttpContent
{
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(Stream.Null);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Stream.Null;
}
