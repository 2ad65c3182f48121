using System.Buffers;

namespace Handlers.ResponseCaching;

/// <summary>
/// A response's fields as they came, kept until its body has ended: by then the caller may have looked at them the typed way, which rewrites them. In a rented
/// array, because most of these copies live no longer than a call.
/// </summary>
internal readonly struct ReceivedFields
{
    private readonly StoredField[]? _fields;
    private readonly int _count;

    /// <param name="fields">Rented from the shared pool.</param>
    /// <param name="count">How many there are.</param>
    public ReceivedFields(StoredField[]? fields, int count)
    {
        _fields = fields;
        _count = count;
    }

    public ReadOnlySpan<StoredField> Span => _fields.AsSpan(0, _count);

    public void Deconstruct(out StoredField[]? fields, out int count) => (fields, count) = (_fields, _count);

    /// <summary>Nobody needs them any more. Once only.</summary>
    public void Return()
    {
        if (_fields is not null)
        {
            _fields.AsSpan(0, _count).Clear();
            ArrayPool<StoredField>.Shared.Return(_fields);
        }
    }
}
