namespace Handlers.Sqlite;

/// <summary>Remembering is switched off.</summary>
internal sealed class EverythingIsNew : ISeenItems
{
    public ValueTask<bool> AddAsync(string scope, string item, CancellationToken cancellationToken = default) => new(true);

    public ValueTask ForgetAsync(string scope, string item, CancellationToken cancellationToken = default) => default;
}
