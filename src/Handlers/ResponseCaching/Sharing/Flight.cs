namespace Handlers.ResponseCaching;

/// <summary>Those who wait for a request of somebody else, and what they get. Made by the first who waits.</summary>
internal sealed class Flight() : TaskCompletionSource<FlightOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>The answer, whatever the store has done with it meanwhile. Set before the flight lands.</summary>
    public StoredResponse? Saved { get; set; }
}
