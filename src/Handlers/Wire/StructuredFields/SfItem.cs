namespace Handlers.Wire.StructuredFields;

/// <summary>A bare item with its parameters, RFC 9651 §3.3.</summary>
internal sealed class SfItem(SfBareItem value, SfParameters parameters) : SfMember(parameters)
{
    public SfItem(SfBareItem value)
        : this(value, SfParameters.None)
    {
    }

    public SfBareItem Value { get; } = value;
}
