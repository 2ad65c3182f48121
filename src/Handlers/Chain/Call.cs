using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using Handlers.CircuitBreaker;
using Handlers.Providers;
using Handlers.Quotas;
using Handlers.ResponseCaching;
using Handlers.Retry;

namespace Handlers;

/// <summary>
/// One call of the application: a plain object, made once, never pooled, reachable through the request's options, and what the report is made from.
/// Its fields are written by one flow of control at a time.
/// </summary>
internal sealed partial class Call
{
    private int _active;
    private bool _earlierMayHaveHappened;
    private CallAttempt[] _history = [];
    private CallTrace? _trace;

    // Its place in a queue, then a run below that is at work on the call: never both, and one field less for the many calls that have neither.
    private object? _awaited;

    public Call(ClientState client, ClientPolicy policy, HttpRequestMessage request, CallOptions? options, bool synchronous, CancellationToken token)
    {
        IsSynchronous = synchronous;
        Client = client;
        Policy = policy;
        Request = request;
        Options = options;
        Token = token;
        Enabled = policy.Enabled;
        StartedAt = Now = client.Clock.Now;
        DeadlineAt = client.Clock.After(StartedAt, TotalTimeout);
        if (request.Content is { } content)
        {
            request.Content = CopiedBody.Of(content);
        }

        Original.Take(request);
        if ((policy.Enabled & Stages.Planned) != 0)
        {
            Provider = policy.ProviderFor(request);
            Plan = Provider.Plan(request);
        }
    }

    public ClientState Client { get; }

    /// <summary>The options that hold for the whole call, whatever is edited meanwhile.</summary>
    public ClientPolicy Policy { get; }

    public CallOptions? Options { get; }

    public Stages Enabled { get; }

    /// <summary>The caller's thread blocks until the call ends (<see cref="HttpClient.Send(HttpRequestMessage)"/>).</summary>
    public bool IsSynchronous { get; }

    public HttpRequestMessage Request { get; set; }

    /// <summary>The request as the caller made it; its content may be wrapped so that it can be sent again.</summary>
    public RequestSnapshot Original;

    public Provider? Provider { get; }

    public CallPlan Plan { get; private set; }

    /// <summary>Who answered in the upstream's place: no cache may store that under the original, and the report says so. Null: the upstream itself.</summary>
    public string? AnsweredBy { get; set; }

    /// <summary>Made for another call of the same client, which is the one that counts.</summary>
    public bool IsInner => Options is { IsInner: true };

    /// <summary>The idempotency key that the call carries, and what was made of it; null for calls without one.</summary>
    public CallKey? Key { get; set; }

    /// <summary>Where the request goes, by the URI that the caller gave.</summary>
    public Upstream Upstream => field ??= Client.UpstreamFor(Original.Uri);

    /// <summary>The caller's token, or inside an inner run the token that run was given.</summary>
    public CancellationToken Token { get; set; }

    /// <summary>The longest wait before an attempt; null: the client's. Zero where a stale answer stands ready.</summary>
    public TimeSpan? MaxWait => Cache is { HasStandIn: true } ? TimeSpan.Zero : Options?.MaxWait;

    public long StartedAt { get; }

    public long DeadlineAt { get; }

    /// <summary>The latest look at the clock: good enough wherever nothing has been waited for since.</summary>
    public long Now { get; set; }

    public HttpResponseMessage? Response { get; set; }

    public Exception? Exception { get; private set; }

    /// <summary>What the last attempt meant; null until somebody judged it.</summary>
    public Judgement? Judgement { get; set; }

    /// <summary>Attempts that went on the wire, those of a run below that is still at work included.</summary>
    public int Attempts
    {
        get => _awaited is Call part ? Math.Max(field, part.Attempts) : field;
        set;
    }

    /// <summary>Retries used, as counted against <see cref="RetryOptions.MaxRetries"/>.</summary>
    public int Retries { get; set; }

    public RetryDecision RetryDecision { get; set; } = RetryDecision.Done;

    /// <summary>When the last attempt left, 0 for one that was refused here; and when its answer or failure came.</summary>
    public long SentAt { get; set; }

    public long AnsweredAt { get; set; }

    /// <summary>The timeout for the next attempt, set by its stage; infinite when that stage is absent.</summary>
    public TimeSpan AttemptTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>The last attempt was one that a half-open circuit let pass to see how the upstream is.</summary>
    public bool WasProbe => Pass.Issuer is HalfOpenPhase;

    /// <summary>Pacing lets this attempt wait; so nobody else has to wait for a server hint.</summary>
    public bool Paced { get; set; }

    /// <summary>A half-open slot or a plain pass; taken at the grant, or else right before the attempt is sent.</summary>
    public Pass Pass;

    /// <summary>What this attempt holds of its quotas.</summary>
    public Grant Grant;

    /// <summary>The call's place in a queue while it waits there.</summary>
    public Waiter? Waiter
    {
        get => _awaited as Waiter;
        set => _awaited = value;
    }

    /// <summary>How long the call has waited for its present attempt.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary>What the cache found for the request, and what it does with the answer.</summary>
    public CacheVisit? Cache { get; set; }

    /// <summary>Our member of the Cache-Status field; null when no cache was asked.</summary>
    public string? CacheStatus { get; set; }

    /// <summary>Who sees the body go by while the caller reads it.</summary>
    public BodyWatcher? Watcher { get; set; }

    /// <summary>The token source that goes on to the body, with its timer.</summary>
    public TimedSource? BodySource { get; set; }

    /// <summary>What the call tells those who look; null while nobody does.</summary>
    public CallTrace? Trace => _trace ?? (Client.State.Events.IsWatched || Options?.Progress is not null ? _trace = new CallTrace(this) : null);

    public void TraceInto(Activity span) => _trace = new CallTrace(this, span);

    /// <summary>The call failed, or was cut off, in a way that does not tell whether it was executed: by its last attempt, or, for a write, by an earlier one.</summary>
    public bool MayHaveHappened => Judgement switch
    {
        null or { Kind: VerdictKind.Ok } or { AlreadyDone: true } => false,
        _ when _earlierMayHaveHappened => true,
        { NotExecuted: true } => false,
        { Kind: VerdictKind.Transient } => true,

        // A failure of the server that the user wants waited out like a refusal is none.
        { Kind: VerdictKind.RateLimited, IsServerFault: true } => true,

        // Cut off by the caller, by the deadline, or by a handler below for reasons of its own: under way if it had left.
        { Failure: FailureClass.Cancelled or FailureClass.Rejected or FailureClass.Other } => SentAt != 0,
        _ => false,
    };

    public IReadOnlyList<CallAttempt> History => _history;

    /// <summary>The operation's name; made when somebody asks.</summary>
    public string Operation => Plan.Operation ?? Provider?.OperationOf(Original.Method, Original.Uri!) ?? OperationName.Of(Original.Method, Original.Uri);

    public int MaxRetries => Options?.MaxRetries ?? Policy.Options.Retry.MaxRetries;

    public TimeSpan TotalTimeout => Shorter(Policy.Options.TotalTimeout, Options?.Deadline);

    public string Account => Options?.Account ?? Policy.Options.Account ?? Client.Name;

    /// <summary>Time for a timer until the deadline; infinite without one, or where it is further away than timers count.</summary>
    public TimeSpan Left => Client.Clock.Between(Client.Clock.Now, DeadlineAt) is var left && left <= Clock.LongestTimer ? left : Timeout.InfiniteTimeSpan;

    /// <summary>Whether a stage is switched on for this call; one that was configured apart has its own switch as well.</summary>
    public bool Runs(Run.Link link) =>
        (Enabled & link.Stage) != 0 && (ReferenceEquals(link.Handler.Client, Client) || (link.Handler.Client.Policy.Enabled & link.Stage) != 0);

    public bool Runs(Stages stage, Stages run) => (Enabled & run & stage) != 0;

    /// <summary>The call that a message belongs to, if it has begun.</summary>
    public static Call? Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(CallEntry.Key, out object? entry) ? entry as Call : null;

    /// <summary>A run walks with the call.</summary>
    public bool IsUnderWay => Volatile.Read(ref _active) != 0;

    /// <summary>
    /// Marks the stages of a run as busy. False when an attempt of this call is in that run already, or further down, or when the call has ended: a handler between that
    /// sends a message twice finds on it whatever was at work with it last.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="above">What stands above it.</param>
    public bool TryEnter(Stages run, Stages above)
    {
        int before = Volatile.Read(ref _active);
        while (before != 0 && (before & ~(int)above) == 0 && _awaited is not Call { IsUnderWay: true })
        {
            int seen = Interlocked.CompareExchange(ref _active, before | (int)run, before);
            if (seen == before)
            {
                return true;
            }

            before = seen;
        }

        return false;
    }

    /// <summary>Marks the stages of the run that made the call; nobody else knows it yet.</summary>
    public void Begin(Stages run) => _active = (int)run;

    public void Exit(Stages run) => Interlocked.And(ref _active, ~(int)run);

    /// <summary>A message of its own for whoever answers in the upstream's place: what our cache asks this upstream is no question to anybody else.</summary>
    public HttpRequestMessage CopyForAnother() => Cache?.Revalidation is { } asked ? asked.Unconditional.Copy(Original.Content) : Original.Copy(Original.Content);

    /// <summary>Replaces the content by one that can be sent again, for this and every later attempt.</summary>
    public void ReplaceContent(HttpContent content)
    {
        Request.Content = content;
        KeepChanges();
    }

    /// <summary>What a stage changed in the request holds for this and every later attempt.</summary>
    public void KeepChanges() => Original.Take(Request);

    /// <summary>Asks the provider again, because a stage changed what it looks at.</summary>
    public void PlanAgain() => Plan = Provider!.Plan(Request);

    public void Succeed(HttpResponseMessage response)
    {
        Response = response ?? throw new InvalidOperationException("A handler below returned no response message (null), and no exception either.");
        Exception = null;
    }

    /// <summary>Makes a failure the outcome; a response that it replaces is disposed by whoever drops it: us.</summary>
    public void Fail(Exception exception)
    {
        Response?.Dispose();
        Response = null;
        Exception = exception;
    }

    /// <summary>An answer from elsewhere takes the place of the last attempt's outcome, which stays in the report.</summary>
    public void Replace(HttpResponseMessage response)
    {
        Remember();
        Response?.Dispose();
        Succeed(response);
        Judgement = Judgement.Ok;
        SentAt = 0;
    }

    /// <summary>Forgets the outcome of the last attempt so that another can begin; keeps a record of it for the report.</summary>
    public void BeginAgain()
    {
        Remember();
        _earlierMayHaveHappened |= MayHaveHappened && !Replay.IsRead(Original.Method);
        Judgement = null;
        Response = null;
        Exception = null;
        Paced = false;
        Pass = default;
        Waited = TimeSpan.Zero;
        SentAt = 0;
        Watcher = null;
        EndBody();
        Original.Restore(Request);
    }

    public CallAttempt LastAttempt() => new(
        SentAt == 0 ? 0 : Attempts,
        Waited,
        SentAt == 0 ? TimeSpan.Zero : Client.Clock.Between(SentAt, AnsweredAt),
        Response is null ? null : (int)Response.StatusCode,
        Exception?.GetType().Name,
        Judgement?.Kind ?? VerdictKind.Ok,
        Judgement?.Why ?? "");

    /// <summary>Somebody found out whether it was executed.</summary>
    public void Settle(bool happened)
    {
        _earlierMayHaveHappened = false;
        Judgement = Judgement! with { AlreadyDone = happened, NotExecuted = !happened };
    }

    /// <summary>Takes over how another call went that was made for this one: it follows what this one did itself.</summary>
    public void Adopt(Call inner)
    {
        if (SentAt != 0 || Exception is not null)
        {
            Remember();
        }

        _history = [.. _history, .. inner._history.Select(attempt => attempt with { Number = attempt.Number + Attempts })];
        Attempts += inner.Attempts;
        Retries += inner.Retries;
        RetryDecision = inner.RetryDecision;
        Judgement = inner.Judgement;
        _earlierMayHaveHappened |= inner._earlierMayHaveHappened;
        (SentAt, AnsweredAt, Waited) = (inner.SentAt, inner.AnsweredAt, inner.Waited);
    }

    /// <summary>Nothing is to come any more: gives back what the call holds.</summary>
    /// <param name="reusable">False when somebody may still hold the token.</param>
    public void EndBody(bool reusable = true)
    {
        Client.State.Ledger.Release(ref Grant);
        ReleaseBodySource(reusable);
    }

    public void ReleaseBodySource(bool reusable = true)
    {
        if (BodySource is { } source)
        {
            BodySource = null;
            TokenSourcePool.Return(source, reusable && Reusable);
        }
    }

    /// <summary>A body that is still being sent may hold the attempt's token after the answer has come.</summary>
    public bool Reusable => Original.Content is null;

    // Most calls that are repeated at all are repeated once: an array for one, and another for the next.
    private void Remember() => _history = [.. _history, LastAttempt()];

    private static TimeSpan Shorter(TimeSpan total, TimeSpan? asked) =>
        asked is not { } span ? total : total == Timeout.InfiniteTimeSpan || (span != Timeout.InfiniteTimeSpan && span < total) ? span : total;
}
