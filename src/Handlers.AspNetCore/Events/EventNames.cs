namespace Handlers.AspNetCore;

/// <summary>The names under which events are sent.</summary>
internal static class EventNames
{
    public const string Missed = "missed";

    public static string Of(ResilienceEventKind kind) => kind switch
    {
        ResilienceEventKind.Queued => "queued",
        ResilienceEventKind.Granted => "granted",
        ResilienceEventKind.AttemptStarted => "attempt",
        ResilienceEventKind.AttemptEnded => "answer",
        ResilienceEventKind.RateLimited => "rate_limited",
        ResilienceEventKind.GateClosed => "gate_closed",
        ResilienceEventKind.GateOpened => "gate_opened",
        ResilienceEventKind.RetryScheduled => "retry",
        ResilienceEventKind.Recovered => "recovered",
        ResilienceEventKind.CacheAnswered => "cache",
        ResilienceEventKind.FellBack => "fallback",
        ResilienceEventKind.Replayed => "replayed",
        ResilienceEventKind.GaveUp => "error",
        ResilienceEventKind.CallEnded => "done",
        ResilienceEventKind.CircuitChanged => "circuit",
        ResilienceEventKind.OptionsReloaded => "options_reloaded",
        ResilienceEventKind.OptionsRejected => "options_rejected",
        ResilienceEventKind.Missed => Missed,
        _ => "other",
    };
}
