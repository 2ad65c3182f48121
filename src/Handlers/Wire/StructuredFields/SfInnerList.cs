namespace Handlers.Wire.StructuredFields;

/// <summary>A list of items in parentheses, RFC 9651 §3.1.1.</summary>
internal sealed class SfInnerList(IReadOnlyList<SfItem> items, SfParameters parameters) : SfMember(parameters)
{
    public SfInnerList(IReadOnlyList<SfItem> items)
        : this(items, SfParameters.None)
    {
    }

    public IReadOnlyList<SfItem> Items { get; } = items;
}
