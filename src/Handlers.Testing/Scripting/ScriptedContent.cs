using System.Net;

namespace Handlers.Testing;

/// <summary>Content that plays a <see cref="ScriptedBody"/> as it is read; never buffers ahead of its reader.</summary>
internal sealed class ScriptedContent(IReadOnlyList<BodyStep> steps, TimeProvider timeProvider, long? length) : HttpContent
{
    private readonly IReadOnlyList<BodyStep> _steps = steps;
    private readonly TimeProvider _time = timeProvider;
    private readonly long? _length = length;

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var body = Open();
        body.CopyTo(stream);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var body = Open();
        await using var _ = body.ConfigureAwait(false);
        await body.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Open();

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(Open());

    protected override bool TryComputeLength(out long result)
    {
        result = _length ?? 0;
        return _length.HasValue;
    }

    private ScriptedStream Open() => new(_steps, _time);
}
