using System.Diagnostics;

namespace Handlers.CircuitBreaker;

/// <summary>Calls are refused until somebody resets the circuit.</summary>
internal sealed class IsolatedPhase(TimeSpan since) : CircuitPhase(CircuitState.Isolated, since)
{
    public override bool LetsPass(Urgency urgency, CircuitSettings settings, TimeSpan now, out TimeSpan? retryAfter)
    {
        retryAfter = null;
        return false;
    }

    public override long Take(long number, TimeSpan now) => throw new UnreachableException("An isolated circuit admits nothing.");

    public override CircuitTransitionReason? Record(long mark, CircuitSignal signal, CircuitSettings settings, TimeSpan now) => null;

    public override int? Free(TimeSpan now, CircuitSettings settings) => 0;
}
