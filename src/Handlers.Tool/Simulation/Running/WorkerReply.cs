namespace Handlers.Tool.Simulation;

/// <summary>A worker's line: figures, or why there are none.</summary>
internal sealed record WorkerReply(RunFigures? Figures, string? Error);
