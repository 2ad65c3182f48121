using System.Collections;

namespace Handlers.Wire.StructuredFields;

/// <summary>The parameters of a member, in the order they came. Immutable, so that <see cref="None"/> can be shared.</summary>
internal sealed class SfParameters : IReadOnlyCollection<KeyValuePair<string, SfBareItem>>
{
    private readonly OrderedDictionary<string, SfBareItem> entries;

    /// <summary>A key that is given twice keeps its first place and takes the last value, as in RFC 9651 §4.2.3.2.</summary>
    public SfParameters(params ReadOnlySpan<(string Key, SfBareItem Value)> parameters)
    {
        entries = new OrderedDictionary<string, SfBareItem>(parameters.Length, StringComparer.Ordinal);
        foreach ((string key, SfBareItem value) in parameters)
        {
            entries[key] = value;
        }
    }

    /// <summary>Takes the parser's map over without copying.</summary>
    public SfParameters(OrderedDictionary<string, SfBareItem> entries) => this.entries = entries;

    public static SfParameters None { get; } = new(new OrderedDictionary<string, SfBareItem>(StringComparer.Ordinal));

    public int Count => entries.Count;

    public bool TryGetValue(string key, out SfBareItem value) => entries.TryGetValue(key, out value);

    public OrderedDictionary<string, SfBareItem>.Enumerator GetEnumerator() => entries.GetEnumerator();

    IEnumerator<KeyValuePair<string, SfBareItem>> IEnumerable<KeyValuePair<string, SfBareItem>>.GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => entries.GetEnumerator();
}
