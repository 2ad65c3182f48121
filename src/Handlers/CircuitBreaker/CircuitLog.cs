using Microsoft.Extensions.Logging;

namespace Handlers.CircuitBreaker;

/// <summary>What a circuit says in the log: each change of state once.</summary>
internal static partial class CircuitLog
{
    public static void Changed(ILogger logger, Circuit circuit, CircuitTransition transition)
    {
        switch (transition)
        {
            case { To: CircuitState.Open }:
                Opened(logger, circuit.Authority, transition.Failures, transition.OpenUntil, transition.Reason);
                break;
            case { To: CircuitState.HalfOpen }:
                HalfOpened(logger, circuit.Authority);
                break;
            case { To: CircuitState.Isolated }:
                Isolated(logger, circuit.Authority);
                break;
            default:
                Closed(logger, circuit.Authority, transition.Reason);
                break;
        }
    }

    [LoggerMessage(
        EventIds.CircuitOpened, LogLevel.Warning, "Circuit to {Authority} opened after {Failures} failures until {OpenUntil:O} ({Reason})", EventName = "CircuitOpened")]
    private static partial void Opened(ILogger logger, string authority, int failures, DateTimeOffset? openUntil, CircuitTransitionReason reason);

    [LoggerMessage(EventIds.CircuitHalfOpened, LogLevel.Information, "Circuit to {Authority} lets a probe pass", EventName = "CircuitHalfOpened")]
    private static partial void HalfOpened(ILogger logger, string authority);

    [LoggerMessage(EventIds.CircuitClosed, LogLevel.Information, "Circuit to {Authority} closed ({Reason})", EventName = "CircuitClosed")]
    private static partial void Closed(ILogger logger, string authority, CircuitTransitionReason reason);

    [LoggerMessage(EventIds.CircuitIsolated, LogLevel.Warning, "Circuit to {Authority} was isolated by hand", EventName = "CircuitIsolated")]
    private static partial void Isolated(ILogger logger, string authority);
}
