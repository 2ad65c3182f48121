using Microsoft.Extensions.Configuration;

namespace Handlers.Tests.Support;

/// <summary>Configuration that a test edits while the app runs.</summary>
internal sealed class EditableSettings(IReadOnlyDictionary<string, string?> initial) : ConfigurationProvider, IConfigurationSource
{
    public override void Load()
    {
        foreach ((string key, string? value) in initial)
        {
            Data[key] = value;
        }
    }

    public void Edit(string key, string? value)
    {
        if (value is null)
        {
            Data.Remove(key);
        }
        else
        {
            Data[key] = value;
        }

        OnReload();
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
