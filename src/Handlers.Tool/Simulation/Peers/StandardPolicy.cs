using Polly;

namespace Handlers.Tool.Simulation.Peers;

/// <summary>The settings of a <see cref="StandardHandler"/>.</summary>
/// <param name="Pipeline">Timeouts, retry and circuit.</param>
/// <param name="Permits">Calls at once; the others are rejected.</param>
internal sealed record StandardPolicy(ResiliencePipeline<HttpResponseMessage> Pipeline, int Permits);
