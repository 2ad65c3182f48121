namespace Handlers.Tests.Support;

/// <summary>A stream that can be read once and not rewound, as from a socket.</summary>
internal sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes)
{
    public override bool CanSeek => false;
}
