using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Handlers.Tests.Configuration;

/// <summary>A watched settings file that a test writes; null is a file that does not exist.</summary>
internal sealed class EditableFile(string? text) : IFileProvider, IFileInfo
{
    private string? _text = text;
    private ConfigurationReloadToken _changed = new();

    public JsonConfigurationSource Source => new() { FileProvider = this, Path = Name, Optional = true, ReloadOnChange = true, ReloadDelay = 0 };

    public string Name => "settings.json";

    public bool Exists => _text is not null;

    public long Length => Encoding.UTF8.GetByteCount(_text ?? "");

    public string? PhysicalPath => null;

    public DateTimeOffset LastModified => default;

    public bool IsDirectory => false;

    public void Write(string? text)
    {
        _text = text;
        ConfigurationReloadToken changed = Interlocked.Exchange(ref _changed, new ConfigurationReloadToken());
        try
        {
            changed.OnReload();
        }
        catch (AggregateException exception) when (exception.InnerException is InvalidDataException)
        {
            // So does a watched file that is broken: its data is dropped, this is thrown on a thread of the watcher's, and nobody is told.
        }
    }

    public Stream CreateReadStream() => new MemoryStream(Encoding.UTF8.GetBytes(_text!));

    public IFileInfo GetFileInfo(string subpath) => this;

    public IDirectoryContents GetDirectoryContents(string subpath) => NotFoundDirectoryContents.Singleton;

    public IChangeToken Watch(string filter) => _changed;
}
