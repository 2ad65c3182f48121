using System.Buffers.Binary;
using System.Text;

namespace Handlers.ResponseCaching;

/// <summary>Reads what <see cref="ByteWriter"/> wrote. The first thing that does not fit makes it fail for good; it never reads past the end and never throws.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public bool Failed { get; private set; }

    public readonly bool AtEnd => _rest.IsEmpty;

    public void Fail() => Failed = true;

    public int Int32() => TryTake(sizeof(int), out ReadOnlySpan<byte> taken) ? BinaryPrimitives.ReadInt32LittleEndian(taken) : 0;

    public long Int64() => TryTake(sizeof(long), out ReadOnlySpan<byte> taken) ? BinaryPrimitives.ReadInt64LittleEndian(taken) : 0;

    /// <summary>How many things follow. Each takes at least one byte, which bounds what a wrong number can make us allocate.</summary>
    public int Count()
    {
        int count = Int32();
        if (count >= 0 && count <= _rest.Length)
        {
            return count;
        }

        Fail();
        return 0;
    }

    public string? Text()
    {
        int length = Int32();
        if (length == -1)
        {
            return null;
        }

        if (length < 0)
        {
            Fail();
        }

        return TryTake(length, out ReadOnlySpan<byte> taken) ? Encoding.UTF8.GetString(taken) : null;
    }

    public string RequiredText()
    {
        string? text = Text();
        if (text is null)
        {
            Fail();
        }

        return text ?? "";
    }

    public byte[] Bytes()
    {
        int length = Count();
        return TryTake(length, out ReadOnlySpan<byte> taken) ? taken.ToArray() : [];
    }

    private bool TryTake(int length, out ReadOnlySpan<byte> taken)
    {
        if (Failed || length < 0 || length > _rest.Length)
        {
            Fail();
            taken = default;
            return false;
        }

        taken = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}
