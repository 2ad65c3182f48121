namespace Handlers;

/// <summary>The attributes of metrics and spans: OpenTelemetry's names where it has one, and values of which there are few.</summary>
internal static class Attributes
{
    public const string Client = "handlers.client.name";
    public const string Operation = "handlers.operation";
    public const string Outcome = "handlers.outcome";
    public const string Provider = "handlers.provider";
    public const string Reason = "handlers.reason";
    public const string CacheResult = "handlers.cache.result";
    public const string Attempts = "handlers.attempts";
    public const string Retries = "handlers.retries";
    public const string From = "handlers.circuit.from";
    public const string To = "handlers.circuit.to";
    public const string Account = "handlers.quota.account";
    public const string Resource = "handlers.quota.resource";
    public const string Limit = "handlers.quota.limit";
    public const string Unit = "handlers.quota.unit";
    public const string Priority = "handlers.priority";
    public const string Method = "http.request.method";
    public const string Status = "http.response.status_code";
    public const string Host = "server.address";
    public const string Port = "server.port";
    public const string Error = "error.type";

    private static readonly HashSet<string> Methods =
        new(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"], StringComparer.Ordinal);

    /// <summary>What is no method of HTTP is one to OpenTelemetry: there may be endlessly many.</summary>
    public static string MethodOf(HttpMethod method) => Methods.Contains(method.Method) ? method.Method : "_OTHER";

    public static string OutcomeOf(Call call, CallOutcome outcome) => outcome switch
    {
        CallOutcome.Succeeded => "ok",
        CallOutcome.Cancelled => "cancelled",
        _ => call.Exception is CircuitOpenException or QuotaRejectedException ? "refused" : "failed",
    };

    /// <summary>The status where there is an answer, else the exception's type.</summary>
    public static string ErrorOf(Call call) =>
        call.Response is { } response ? ((int)response.StatusCode).ToString() : call.Exception?.GetType().FullName ?? "_OTHER";

    public static string ReasonOf(Judgement outcome) => outcome switch
    {
        { Kind: VerdictKind.RateLimited } => "rate_limited",
        { Kind: VerdictKind.QuotaExhausted } => "quota_exhausted",
        { Failure: FailureClass.Connection or FailureClass.PoolTimeout } => "connection",
        { Failure: FailureClass.Timeout or FailureClass.ReadTimeout } => "timeout",
        { Failure: FailureClass.Reset } => "reset",
        { Failure: FailureClass.CircuitOpen } => "circuit_open",
        { Failure: FailureClass.Status } => "status",
        _ => "other",
    };

    public static string ReasonOf(QuotaRefusalReason reason) => reason switch
    {
        QuotaRefusalReason.QueueFull => "queue_full",
        QuotaRefusalReason.WouldMissDeadline => "would_miss_deadline",
        QuotaRefusalReason.Exhausted => "exhausted",
        _ => "cannot_fit",
    };

    public static string StateOf(CircuitState state) => state switch
    {
        CircuitState.Closed => "closed",
        CircuitState.Open => "open",
        CircuitState.HalfOpen => "half_open",
        _ => "isolated",
    };
}
