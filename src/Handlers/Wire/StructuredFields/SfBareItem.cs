namespace Handlers.Wire.StructuredFields;

/// <summary>
/// One value of a structured field. The factories take anything of their type; whether it can go on the wire (range, alphabet) is what
/// <see cref="StructuredField"/> answers when it is serialised, as RFC 9651 §4.1 has it. Reading a property of another kind gives its default.
/// </summary>
internal readonly struct SfBareItem : IEquatable<SfBareItem>
{
    private readonly decimal number;
    private readonly object? content;

    private SfBareItem(SfKind kind, decimal number, object? content)
    {
        Kind = kind;
        this.number = number;
        this.content = content;
    }

    public SfKind Kind { get; }

    /// <summary>The value of an Integer; of a Date, in seconds since 1970.</summary>
    public long Integer => Kind is SfKind.Integer or SfKind.Date ? (long)number : 0;

    /// <summary>The value of a Decimal.</summary>
    public decimal Decimal => Kind is SfKind.Decimal ? number : 0;

    /// <summary>The value of a Boolean.</summary>
    public bool Boolean => Kind is SfKind.Boolean && number != 0;

    /// <summary>The value of a String, Token or Display String.</summary>
    public string Text => content as string ?? "";

    /// <summary>The value of a Byte Sequence.</summary>
    public ReadOnlyMemory<byte> Bytes => content as byte[];

    public static SfBareItem OfInteger(long value) => new(SfKind.Integer, value, null);

    public static SfBareItem OfDecimal(decimal value) => new(SfKind.Decimal, value, null);

    public static SfBareItem OfString(string value) => new(SfKind.String, 0, value);

    public static SfBareItem OfToken(string value) => new(SfKind.Token, 0, value);

    public static SfBareItem OfBytes(byte[] value) => new(SfKind.ByteSequence, 0, value);

    public static SfBareItem OfBoolean(bool value) => new(SfKind.Boolean, value ? 1 : 0, null);

    public static SfBareItem OfDate(long secondsSince1970) => new(SfKind.Date, secondsSince1970, null);

    public static SfBareItem OfDisplayString(string value) => new(SfKind.DisplayString, 0, value);

    public bool Equals(SfBareItem other) =>
        Kind == other.Kind && number == other.number && Text == other.Text && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override bool Equals(object? obj) => obj is SfBareItem other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Kind, number, Text, Bytes.Length);
}
