namespace Handlers.Testing.Hosting;

/// <summary>What a <see cref="RawServer"/> does with a connection after its last byte.</summary>
public enum RawEnding
{
    /// <summary>Closes it in order (FIN).</summary>
    Close,

    /// <summary>Resets it (RST).</summary>
    Reset,

    /// <summary>Keeps it open and silent.</summary>
    Stall,
}
