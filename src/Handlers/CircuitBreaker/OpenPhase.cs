using System.Diagnostics;

namespace Handlers.CircuitBreaker;

/// <summary>Calls are refused until <see cref="Until"/> (circuit time); the first one after it makes the circuit half-open.</summary>
internal sealed class OpenPhase(TimeSpan since, TimeSpan until) : CircuitPhase(CircuitState.Open, since)
{
    public TimeSpan Until { get; private set; } = until;

    public bool IsOver(TimeSpan now) => Until <= now;

    /// <summary>The server has named a later instant.</summary>
    public void Extend(TimeSpan until) => Until = until > Until ? until : Until;

    public override bool LetsPass(Urgency urgency, CircuitSettings settings, TimeSpan now, out TimeSpan? retryAfter)
    {
        retryAfter = IsOver(now) ? null : Until - now;
        return retryAfter is null;
    }

    public override long Take(long number, TimeSpan now) => throw new UnreachableException("An open circuit admits nothing.");

    public override CircuitTransitionReason? Record(long mark, CircuitSignal signal, CircuitSettings settings, TimeSpan now) => null;

    public override int? Free(TimeSpan now, CircuitSettings settings) => IsOver(now) ? 1 : 0;
}
