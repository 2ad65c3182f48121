namespace Handlers.ResponseCaching;

/// <summary>A header field as it is stored.</summary>
internal readonly record struct StoredField(string Name, FieldLines Lines)
{
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
