namespace Handlers.Tests.Support;

/// <summary>Configuration of one client, written short.</summary>
internal static class Settings
{
    public static Dictionary<string, string?> For(string client, params (string Option, string Value)[] options) =>
        options.ToDictionary(o => Key(client, o.Option), o => (string?)o.Value, StringComparer.OrdinalIgnoreCase);

    public static string Key(string client, string option) => $"ResilienceHandlers:Clients:{client}:{option}";
}
