namespace Handlers.Providers;

/// <summary>Timeouts for APIs whose answers take long to think of and come in streams; the same for all of them (design §6).</summary>
internal static class LanguageModelDefaults
{
    public static void Apply(ResilienceHandlersOptions options)
    {
        options.TotalTimeout = TimeSpan.FromMinutes(10);
        options.AttemptTimeout = TimeSpan.FromSeconds(180);
        options.BodyIdleTimeout = TimeSpan.FromSeconds(120);
    }
}
