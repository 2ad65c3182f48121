namespace Handlers;

/// <summary>Who goes first when quota is short.</summary>
public enum CallPriority : byte
{
    /// <summary>A person waits.</summary>
    Interactive,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>Nobody waits.</summary>
    Background,
}
