using Microsoft.Extensions.Configuration;

namespace Handlers.Sqlite;

/// <summary>Reads <c>ResilienceHandlers:Sqlite</c>, without reflection; what is wrong is told with its path, its value and the cure.</summary>
internal static class SqliteSection
{
    private const string Name = "ResilienceHandlers:Sqlite";

    public static SqliteStoreOptions Read(IConfiguration? configuration)
    {
        var options = new SqliteStoreOptions();
        foreach (IConfigurationSection child in configuration?.GetSection(Name).GetChildren() ?? [])
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "PATH" when !string.IsNullOrWhiteSpace(child.Value):
                    options.Path = child.Value;
                    break;
                case "PATH":
                    throw new InvalidOperationException($"{child.Path} is empty; remove the key for \"handlers.db\", or name a file.");
                case "IDEMPOTENCY":
                    options.Idempotency = Switch(child);
                    break;
                case "SEENITEMS":
                    options.SeenItems = Switch(child);
                    break;
                default:
                    throw new InvalidOperationException($"{child.Path} = \"{child.Value}\" is unknown; remove it, or use one of Path, Idempotency, SeenItems.");
            }
        }

        return options;
    }

    private static bool Switch(IConfigurationSection child) => bool.TryParse(child.Value, out bool value)
        ? value
        : throw new InvalidOperationException($"{child.Path} = \"{child.Value}\" is not a switch; write \"true\" or \"false\".");
}
