using Microsoft.Extensions.Configuration;

namespace Handlers.Tests.Configuration;

/// <summary>A configuration source that a test edits as a user edits a file: all changes of one edit arrive together.</summary>
internal sealed class EditableConfiguration : ConfigurationProvider, IConfigurationSource
{
    private readonly Lazy<IConfigurationRoot> _root;

    public EditableConfiguration(params (string Key, string? Value)[] settings)
    {
        Replace(settings);
        _root = new Lazy<IConfigurationRoot>(() => new ConfigurationBuilder().Add(this).Build());
    }

    public IConfigurationRoot Root => _root.Value;

    public IConfigurationSection Section => Root.GetSection("ResilienceHandlers");

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Sets keys, removes those whose value is null, and tells everybody.</summary>
    public void Edit(params (string Key, string? Value)[] changes)
    {
        var data = new Dictionary<string, string?>(Data, StringComparer.OrdinalIgnoreCase);
        foreach ((string key, string? value) in changes)
        {
            if (value is null)
            {
                data.Remove(key);
            }
            else
            {
                data[key] = value;
            }
        }

        Data = data;
        OnReload();
    }

    /// <summary>Puts other settings in place of all, without telling anybody.</summary>
    public void Replace(params (string Key, string? Value)[] settings) =>
        Data = settings.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.OrdinalIgnoreCase);

    public void Announce() => OnReload();
}
