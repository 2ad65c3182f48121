namespace Handlers.Sqlite.Tests;

/// <summary>A folder of its own for one test's database, gone afterwards.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("handlers-sqlite-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "below", "store.db");

    public void Dispose() => _folder.Delete(recursive: true);
}
