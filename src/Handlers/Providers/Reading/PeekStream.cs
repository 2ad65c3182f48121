using System.Buffers;

namespace Handlers.Providers;

/// <summary>Takes what a content writes, up to a bound. What is beyond it is counted and dropped.</summary>
internal sealed class PeekStream(bool keepsArrays, int maxBytes) : SinkStream
{
    private ReadOnlyMemory<byte> _first;
    private ArrayBufferWriter<byte>? _copy;
    private long _length;

    // Contents may ask how far they have come.
    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => base.Position = value;
    }

    public bool TryGet(out ReadOnlyMemory<byte> bytes)
    {
        bytes = _copy is null ? _first : _copy.WrittenMemory;
        return _length is > 0 && _length <= maxBytes;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (keepsArrays && _length == 0)
        {
            _first = buffer.AsMemory(offset, count);
            _length = count;
            return;
        }

        Write(buffer.AsSpan(offset, count));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _length += buffer.Length;
        if (_length > maxBytes)
        {
            return;
        }

        if (_copy is null)
        {
            _copy = new ArrayBufferWriter<byte>();
            _copy.Write(_first.Span);
        }

        _copy.Write(buffer);
    }
}
