namespace Handlers;

/// <summary>Where options come from, weakest first.</summary>
internal enum LayerKind : byte
{
    Generic,
    Provider,
    Defaults,
    Workload,
    Client,
    Code,
}
