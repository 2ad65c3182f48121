namespace Handlers.Tool.Simulation;

/// <summary>A scenario that cannot be run. The message is for who wrote it: file, place, value and cure, a line for each mistake.</summary>
internal sealed class ScenarioException(string message) : Exception(message);
