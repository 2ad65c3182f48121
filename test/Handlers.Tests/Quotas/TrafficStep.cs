namespace Handlers.Tests.Quotas;

/// <summary>One call of a script.</summary>
/// <param name="Gap">Milliseconds after the call before it.</param>
/// <param name="Cost">What it costs, in every unit.</param>
/// <param name="There">Milliseconds until it arrives at the provider.</param>
/// <param name="Back">Milliseconds from there to its answer.</param>
/// <param name="CancelAfter">Milliseconds after which its caller gives up waiting; −1 for never.</param>
internal sealed record TrafficStep(int Gap, int Cost, int There, int Back, int CancelAfter);
