namespace Handlers.Tool.Simulation;

/// <summary>How calls that come over time are spread.</summary>
internal enum Arrival
{
    /// <summary>Each independent of the others.</summary>
    Poisson,

    /// <summary>At even intervals.</summary>
    Even,
}
