using System.Net.Sockets;
using Handlers.Providers;

namespace Handlers;

/// <summary>Says what an outcome means: the only place, with the providers, that looks at status and failures. What it teaches others is said in <see cref="Lessons"/>.</summary>
internal static class Judge
{
    // Error codes of HTTP/2 and HTTP/3, whose numbers don't overlap.
    private const long RefusedStream = 0x7;
    private const long RequestRejected = 0x10b;

    /// <summary>Judges without a provider's knowledge: by status, <c>Retry-After</c>, or the failure.</summary>
    public static void ByStatus(Call call)
    {
        if (call.Exception is { } failure)
        {
            Judgement outcome = call.Original.Content is ReplayContent { SourceFailed: true }
                ? new() { Kind = VerdictKind.Fatal, Failure = FailureClass.Cancelled, Why = "the request's body could not be read to its end" }
                : OfFailure(failure, call.Token.IsCancellationRequested);
            Conclude(call, call.SentAt == 0 ? outcome with { NotExecuted = true } : outcome);
            return;
        }

        Accept(call, StatusVerdict.Of((int)call.Response!.StatusCode, call.Response.Headers.NonValidated, call.Client.Clock.Time.GetUtcNow()));
    }

    /// <summary>A stage failed on the way up: the attempt is judged by that, unless it has been judged.</summary>
    public static void Failed(Call call)
    {
        // It may have waited before it failed: whoever reckons with the deadline must not do so from when the answer came.
        call.Now = call.Client.Clock.Now;
        if (call.Judgement is null)
        {
            Conclude(call, OfFailure(call.Exception!, call.Token.IsCancellationRequested));
        }
    }

    /// <summary>The answer of the last attempt as a provider sees it: the request as the caller made it, headers raw.</summary>
    public static ProviderAnswer AnswerOf(Call call, ReadOnlySpan<byte> body) => new()
    {
        Method = call.Original.Method,
        Uri = call.Original.Uri!,
        Plan = call.Plan,
        Status = (int)call.Response!.StatusCode,
        Headers = call.Response.Headers.NonValidated,
        Body = body,
        Call = call,
        Retries = Math.Max(call.Attempts - 1, call.Key is { MayBeKnown: true } ? 1 : 0),
        Options = call.Policy.Options.RateLimits,
    };

    /// <summary>Remembers a verdict on the call; its observations and its wait go to the ledger, where every caller sees them.</summary>
    /// <param name="call">The call.</param>
    /// <param name="verdict">What its last answer means.</param>
    /// <param name="foretold">The gate that was closed when the answer's headers came; null for none.</param>
    public static void Accept(Call call, in Verdict verdict, string? foretold = null)
    {
        ClientPolicy policy = call.Policy;
        int status = (int)call.Response!.StatusCode;
        VerdictKind kind = KindOf(call, verdict);
        bool notExecuted = verdict.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted;
        TimeSpan? wait = verdict.Wait;
        if (kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted)
        {
            wait ??= policy.Options.Retry.RateLimitRetryAfter;
        }

        Lessons.Teach(call, verdict, kind, wait, foretold);
        if (kind == VerdictKind.Ok && !verdict.AlreadyDone)
        {
            Conclude(call, Judgement.Ok);
            return;
        }

        Conclude(call, new Judgement
        {
            Kind = kind,
            Failure = FailureClass.Status,
            IsServerFault = status is 408 or >= 500,
            Retry = verdict.Retry,
            NotExecuted = notExecuted,
            AlreadyDone = verdict.AlreadyDone,
            Wait = wait,
            Why = verdict.Why,
        });
    }

    /// <summary>What a verdict is for a client whose options see some statuses otherwise.</summary>
    public static VerdictKind KindOf(Call call, in Verdict verdict)
    {
        int status = (int)call.Response!.StatusCode;
        VerdictKind kind = verdict.Kind;
        if (kind is VerdictKind.Fatal or VerdictKind.Transient && status != 429 && call.Policy.WaitOutOn.Contains(status))
        {
            kind = VerdictKind.RateLimited;
        }

        return kind == VerdictKind.Fatal && verdict.Retry is null && call.Policy.RetryOn.Contains(status) ? VerdictKind.Transient : kind;
    }

    /// <summary>Judges a failure. Rule 5: what was never sent can't have been executed.</summary>
    public static Judgement OfFailure(Exception failure, bool callerGaveUp) => failure switch
    {
        CircuitOpenException open => Transient(FailureClass.CircuitOpen, notExecuted: true, open.Sentence),
        CallTimeoutException { IsDeadline: true } late => new() { Kind = VerdictKind.Fatal, Failure = FailureClass.Rejected, Why = late.Sentence },
        CallTimeoutException late => Transient(FailureClass.Timeout, notExecuted: false, late.Sentence),
        ResilienceRejectedException refused => new() { Kind = VerdictKind.Fatal, Failure = FailureClass.Rejected, NotExecuted = true, Why = refused.Sentence },
        OperationCanceledException when callerGaveUp => new() { Kind = VerdictKind.Fatal, Failure = FailureClass.Cancelled, Why = "the caller gave up" },

        OperationCanceledException { InnerException: TimeoutException { InnerException: null } late } when IsConnectTimeout(late) =>
            Transient(FailureClass.PoolTimeout, notExecuted: true, "no connection could be made in time"),
        OperationCanceledException { InnerException: TimeoutException } =>
            Transient(FailureClass.ReadTimeout, notExecuted: false, "a client or handler below gave up waiting"),
        Polly.Timeout.TimeoutRejectedException => Transient(FailureClass.ReadTimeout, notExecuted: false, "a timeout of Polly's below fired"),
        HttpRequestException http => OfRequestFailure(http),
        SocketException socket when WasNeverConnected(socket) => Transient(FailureClass.Connection, notExecuted: true, "the connection could not be made"),
        IOException or SocketException => Transient(FailureClass.Reset, notExecuted: false, "the connection broke"),
        TimeoutException => Transient(FailureClass.ReadTimeout, notExecuted: false, "the transport gave up waiting"),
        _ => new() { Kind = VerdictKind.Fatal, Failure = FailureClass.Other, Why = $"a handler below failed with {failure.GetType().Name}" },
    };

    /// <summary>
    /// SocketsHttpHandler's connect timeout is told from all others by its text alone, or by the text's key where an app is trimmed of its texts: handlers that give up
    /// waiting for an answer throw the same types, and what they gave up may have been executed.
    /// </summary>
    private static bool IsConnectTimeout(TimeoutException late) =>
        late.Message.Contains("ConnectTimeout", StringComparison.Ordinal) || late.Message.Contains("connect_timedout", StringComparison.Ordinal);

    /// <summary>What transports other than SocketsHttpHandler say without an <see cref="HttpRequestError"/>.</summary>
    private static bool WasNeverConnected(SocketException failure) =>
        failure.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;

    private static void Conclude(Call call, Judgement judgement)
    {
        call.Judgement = judgement;
        if (judgement.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted)
        {
            call.Client.Stats.RateLimited(call, judgement);
        }

        call.Trace?.AttemptEnded(judgement);
    }

    private static Judgement OfRequestFailure(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => Transient(FailureClass.Connection, notExecuted: true, "the host's name could not be resolved"),
        HttpRequestError.ConnectionError => Transient(FailureClass.Connection, notExecuted: true, "the connection could not be made"),
        HttpRequestError.SecureConnectionError => Transient(FailureClass.Connection, notExecuted: true, "the TLS handshake failed"),
        HttpRequestError.ProxyTunnelError => Transient(FailureClass.Connection, notExecuted: true, "the proxy refused the tunnel"),
        HttpRequestError.VersionNegotiationError => Transient(FailureClass.Connection, notExecuted: true, "no common HTTP version was found"),
        HttpRequestError.UserAuthenticationError or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.ExtendedConnectNotSupported =>
            new() { Kind = VerdictKind.Fatal, Failure = FailureClass.Other, Why = $"the request can't succeed: {failure.HttpRequestError}" },
        _ when failure.StatusCode is { } status => OfStatus((int)status),

        // The server's word that it has done nothing (RFC 9113 §8.7, RFC 9114 §8.1); what the transport could make good by itself it has.
        _ when failure.GetBaseException() is HttpProtocolException { ErrorCode: RefusedStream or RequestRejected } =>
            Transient(FailureClass.Reset, notExecuted: true, "the server refused the stream before it did anything"),
        _ when failure.InnerException is SocketException socket && WasNeverConnected(socket) =>
            Transient(FailureClass.Connection, notExecuted: true, "the connection could not be made"),
        _ when failure.InnerException is TimeoutException => Transient(FailureClass.ReadTimeout, notExecuted: false, "the transport gave up waiting"),
        _ => Transient(FailureClass.Reset, notExecuted: false, "the connection broke before the answer was complete"),
    };

    /// <summary>A handler below made an exception of an answer (<c>EnsureSuccessStatusCode</c>): what happened is still what the status says.</summary>
    private static Judgement OfStatus(int status)
    {
        Finding finding = StatusVerdict.Of(status);
        return new()
        {
            Kind = finding.Kind == VerdictKind.Ok ? VerdictKind.Fatal : finding.Kind,
            Failure = FailureClass.Status,
            IsServerFault = status is 408 or >= 500,
            NotExecuted = finding.Kind == VerdictKind.RateLimited,
            Why = finding.Reason + ", as an exception from a handler below",
        };
    }

    private static Judgement Transient(FailureClass failure, bool notExecuted, string why) =>
        new() { Kind = VerdictKind.Transient, Failure = failure, NotExecuted = notExecuted, Why = why };
}
