using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Handlers.ResponseCaching;

/// <summary>
/// The binary form of stored answers: "HRC", a version, a checksum over the rest, then lengths before everything. A reader takes what it fully understands and
/// nothing else; whatever is wrong makes a miss, never an exception.
/// </summary>
/// <remarks>
/// <code>
/// "HRC" version:1 crc32c:4 | count:4 variant*
/// variant: status reason major minor received initialAge lifetime isExplicit | selecting: count (name value)* | headers contentHeaders trailers | body
/// headers: count (name count line*)*      text, body: length:4 bytes, a missing text has length -1      numbers: little-endian, ticks are 8 bytes
/// </code>
/// What the fields say (directives, validators) is read from them again, so it can't contradict them. A change of this layout is a new version.
/// </remarks>
internal static class StoredResponseFormat
{
    private const byte Version = 1;
    private const int HeaderSize = 8;

    private static ReadOnlySpan<byte> Magic => "HRC"u8;

    public static byte[] Write(ImmutableArray<StoredResponse> variants)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ByteWriter(output);
        output.GetSpan(HeaderSize)[..HeaderSize].Clear();
        output.Advance(HeaderSize);
        writer.Int32(variants.Length);
        foreach (StoredResponse variant in variants)
        {
            Write(writer, variant);
        }

        byte[] bytes = output.WrittenSpan.ToArray();
        Magic.CopyTo(bytes);
        bytes[Magic.Length] = Version;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Checksum(bytes.AsSpan(HeaderSize)));
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out ImmutableArray<StoredResponse> variants)
    {
        variants = [];
        if (bytes.Length < HeaderSize || !bytes.StartsWith(Magic) || bytes[Magic.Length] != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Checksum(bytes[HeaderSize..]))
        {
            return false;
        }

        var reader = new ByteReader(bytes[HeaderSize..]);
        int count = reader.Count();
        ImmutableArray<StoredResponse>.Builder read = ImmutableArray.CreateBuilder<StoredResponse>();
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            if (Read(ref reader) is { } variant)
            {
                read.Add(variant);
            }
        }

        variants = read.ToImmutable();
        return !reader.Failed && reader.AtEnd && count > 0 && variants.Length == count;
    }

    private static void Write(in ByteWriter writer, StoredResponse variant)
    {
        writer.Int32(variant.Status);
        writer.Text(variant.Reason);
        writer.Int32(variant.Version.Major);
        writer.Int32(variant.Version.Minor);
        writer.Int64(variant.Received.UtcTicks);
        writer.Int64(variant.InitialAge.Ticks);
        writer.Int64(variant.Freshness.Lifetime);
        writer.Int32(variant.Freshness.IsExplicit ? 1 : 0);
        writer.Int32(variant.Selecting.Count);
        for (int i = 0; i < variant.Selecting.Count; i++)
        {
            writer.Text(variant.Selecting.NameAt(i));
            writer.Text(variant.Selecting.ValueAt(i));
        }

        Write(writer, variant.Headers);
        Write(writer, variant.ContentHeaders);
        Write(writer, variant.Trailers);
        writer.Bytes(variant.Body.Span);
    }

    private static void Write(in ByteWriter writer, StoredField[] fields)
    {
        writer.Int32(fields.Length);
        foreach (StoredField field in fields)
        {
            writer.Text(field.Name);
            writer.Int32(field.Lines.Count);
            for (int i = 0; i < field.Lines.Count; i++)
            {
                writer.Text(field.Lines[i]);
            }
        }
    }

    private static StoredResponse? Read(ref ByteReader reader)
    {
        int status = reader.Int32();
        string? reason = reader.Text();
        int major = reader.Int32();
        int minor = reader.Int32();
        long received = reader.Int64();
        long initialAge = reader.Int64();
        long lifetime = reader.Int64();
        bool isExplicit = reader.Int32() == 1;
        SelectingFields selecting = ReadSelecting(ref reader);
        StoredField[] headers = ReadFields(ref reader);
        StoredField[] contentHeaders = ReadFields(ref reader);
        StoredField[] trailers = ReadFields(ref reader);
        byte[] body = reader.Bytes();
        if (reader.Failed || status is < 200 or > 999 || major is < 0 or > 9 || minor is < 0 or > 9
            || received < 0 || received > DateTime.MaxValue.Ticks || initialAge < 0 || lifetime is < 0 or > DeltaSeconds.Max
            || initialAge > TimeSpan.FromSeconds(DeltaSeconds.Max).Ticks * 2)
        {
            reader.Fail();
            return null;
        }

        var head = new ResponseHead { Directives = ResponseDirectives.None };
        head.NoteAll(headers);
        head.NoteAll(contentHeaders);
        return new StoredResponse
        {
            Status = status,
            Reason = reason,
            Version = new Version(major, minor),
            Headers = headers,
            ContentHeaders = contentHeaders,
            Trailers = trailers,
            Body = body,
            Selecting = selecting,
            Received = new DateTimeOffset(received, TimeSpan.Zero),
            InitialAge = new TimeSpan(initialAge),
            Freshness = new Freshness(lifetime, isExplicit),
            Directives = head.Directives,
            ETag = head.ETag,
            LastModified = head.LastModified,
            Date = head.Date,
        }.Measured();
    }

    private static SelectingFields ReadSelecting(ref ByteReader reader)
    {
        int count = reader.Count();
        string[] names = new string[count];
        string?[] values = new string?[count];
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            names[i] = reader.RequiredText();
            values[i] = reader.Text();
        }

        return count == 0 ? SelectingFields.None : new SelectingFields(names, values);
    }

    private static StoredField[] ReadFields(ref ByteReader reader)
    {
        int count = reader.Count();
        var fields = new StoredField[count];
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            string name = reader.RequiredText();
            string[] lines = new string[reader.Count()];
            for (int line = 0; line < lines.Length && !reader.Failed; line++)
            {
                lines[line] = reader.RequiredText();
            }

            fields[i] = new StoredField(name, new FieldLines(lines));
        }

        return fields;
    }

    // CRC-32C, for which processors have an instruction.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte octet in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }
}
