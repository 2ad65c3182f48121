namespace Handlers.Wire.StructuredFields;

/// <summary>A member of a List or Dictionary: an <see cref="SfItem"/> or an <see cref="SfInnerList"/>.</summary>
internal abstract class SfMember(SfParameters parameters)
{
    public SfParameters Parameters { get; } = parameters;
}
