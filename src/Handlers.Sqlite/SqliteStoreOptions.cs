namespace Handlers;

/// <summary>What is remembered in a file. Configuration section <c>ResilienceHandlers:Sqlite</c>.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>The file; its folder is made when it is missing. Default <c>handlers.db</c> in the current folder.</summary>
    public string Path { get; set; } = "handlers.db";

    /// <summary>Whether idempotency keys and their results are remembered in the file; otherwise they are in memory. Default true.</summary>
    public bool Idempotency { get; set; } = true;

    /// <summary>
    /// Whether items that were seen are remembered; otherwise every item is new. Default true. They are remembered for ever, which is what they are for: about 60 bytes
    /// each, plus the scope's name. <see cref="ISeenItems.ForgetAsync"/> forgets one.
    /// </summary>
    public bool SeenItems { get; set; } = true;
}
