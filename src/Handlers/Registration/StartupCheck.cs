namespace Handlers.Registration;

/// <summary>Stands for "the configuration of all clients"; the host validates it when it starts.</summary>
internal sealed class StartupCheck;
