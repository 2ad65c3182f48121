using Microsoft.Extensions.Configuration;

namespace Handlers.Stress.Calls;

/// <summary>Configuration that is edited while the app runs, several keys at once.</summary>
internal sealed class LiveSettings(IReadOnlyDictionary<string, string?> initial) : ConfigurationProvider, IConfigurationSource
{
    public override void Load() => Data = new Dictionary<string, string?>(initial, StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets keys; null removes one.</summary>
    public void Edit(params ReadOnlySpan<(string Key, string? Value)> changes)
    {
        Dictionary<string, string?> edited = new(Data, StringComparer.OrdinalIgnoreCase);
        foreach ((string key, string? value) in changes)
        {
            if (value is null)
            {
                edited.Remove(key);
            }
            else
            {
                edited[key] = value;
            }
        }

        Replace(edited);
    }

    /// <summary>What a reader sees while a file is being written: nothing at all. Returns what was there.</summary>
    public Dictionary<string, string?> Vanish()
    {
        Dictionary<string, string?> before = new(Data, StringComparer.OrdinalIgnoreCase);
        Replace(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase));
        return before;
    }

    public void Restore(Dictionary<string, string?> settings) => Replace(settings);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    // As a whole: who reads meanwhile sees the old settings or the new ones.
    private void Replace(Dictionary<string, string?> settings)
    {
        Data = settings;
        OnReload();
    }
}
