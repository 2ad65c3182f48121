using System.Net;

namespace Handlers.Benchmarks;

/// <summary>A body that is still to come, as from a socket: ours has to wrap it.</summary>
internal sealed class PendingContent : HttpContent
{
    private static readonly byte[] Body = "{\"id\":1}"u8.ToArray();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Body).AsTask();

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => stream.Write(Body);

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new MemoryStream(Body, writable: false));

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new MemoryStream(Body, writable: false);

    protected override bool TryComputeLength(out long length)
    {
        length = Body.Length;
        return true;
    }
}
