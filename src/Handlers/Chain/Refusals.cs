namespace Handlers;

/// <summary>Our own refusals, each with a sentence that says what happened, since or until when, and what to change.</summary>
internal static class Refusals
{
    public static CallTimeoutException DeadlinePassed(Call call) => TimedOut(call, TimeoutCause.Total);

    public static CallTimeoutException TimedOut(Call call, TimeoutCause cause)
    {
        ClientPolicy policy = call.Policy;
        string attempt = call.Options?.AttemptTimeout is null ? policy.PlaceOf("AttemptTimeout") : "CallOptions.AttemptTimeout";
        (TimeSpan limit, string message) = cause switch
        {
            TimeoutCause.Attempt => (
                call.AttemptTimeout,
                $"{call.Operation}: attempt {call.Attempts} got no headers within {call.AttemptTimeout} ({attempt}). It may have been executed."),
            TimeoutCause.Peek => (
                call.AttemptTimeout,
                $"{call.Operation}: attempt {call.Attempts} was answered with HTTP {(int?)call.Response?.StatusCode}, but the body that says what this means did not "
                + $"come within {call.AttemptTimeout} ({attempt})."),
            TimeoutCause.BodyIdle => (
                policy.Options.BodyIdleTimeout,
                $"{call.Operation}: the stream was silent for {policy.Options.BodyIdleTimeout} ({policy.PlaceOf("BodyIdleTimeout")})."),
            _ => (
                call.TotalTimeout,
                $"{call.Operation}: the call did not end within its deadline of {call.TotalTimeout} ({policy.PlaceOf("TotalTimeout")}, or CallOptions.Deadline); "
                + $"it made {call.Attempts} attempt(s)."),
        };
        return new CallTimeoutException(message, limit, cause == TimeoutCause.Total, new CallReport(call));
    }
}
