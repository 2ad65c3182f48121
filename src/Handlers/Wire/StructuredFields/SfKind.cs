namespace Handlers.Wire.StructuredFields;

/// <summary>The types of a bare item, RFC 9651 §3.3.</summary>
internal enum SfKind : byte
{
    Integer,
    Decimal,
    String,
    Token,
    ByteSequence,
    Boolean,
    Date,
    DisplayString,
}
