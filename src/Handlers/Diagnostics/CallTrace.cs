using System.Diagnostics;
using Handlers.Quotas;

namespace Handlers;

/// <summary>What one call tells whoever looks: the watchers of the container, the caller's own progress, its span. Made only when somebody looks.</summary>
internal sealed class CallTrace(Call call, Activity? span = null)
{
    private readonly EventHub _hub = call.Client.State.Events;
    private IProgress<ResilienceEvent>? _progress = call.Options?.Progress;
    private string? _operation;

    /// <summary>Groups the events of a call; one that is made for another one is told of under that one's.</summary>
    public long Number { get; } = call.Options is { Number: > 0 and var outer } ? outer : call.Client.State.Events.NextCall();

    public void Queued(Waiter waiter)
    {
        Outlook outlook = waiter.Outlook;
        Tell(new ResilienceEvent
        {
            Kind = ResilienceEventKind.Queued,
            At = _hub.Now,
            Message = EventText.Queued(outlook.IsGate, outlook.Wait, outlook.Position),
            Attempt = call.Attempts + 1,
            Delay = outlook.Wait,
            Position = outlook.Position,
            Quota = outlook.Blocking.Key.ToString(),
            Authority = outlook.Authority,
            Cause = outlook.Cause,
        });
    }

    public void Granted(TimeSpan waited) => Tell(new ResilienceEvent
    {
        Kind = ResilienceEventKind.Granted,
        At = _hub.Now,
        Message = $"Attempt {call.Attempts + 1} may go.",
        Attempt = call.Attempts + 1,
        Took = waited,
    });

    public void AttemptStarted() => Tell(new ResilienceEvent
    {
        Kind = ResilienceEventKind.AttemptStarted,
        At = _hub.Now,
        Message = $"Attempt {call.Attempts} is sent.",
        Attempt = call.Attempts,
        Authority = call.Upstream.Name,
    });

    /// <summary>An attempt was judged; a turn that was refused before it left is none.</summary>
    public void AttemptEnded(Judgement outcome)
    {
        if (call.SentAt == 0)
        {
            return;
        }

        Tell(new ResilienceEvent
        {
            Kind = ResilienceEventKind.AttemptEnded,
            At = _hub.Now,
            Message = outcome.Kind == VerdictKind.Ok ? $"Attempt {call.Attempts} succeeded." : $"Attempt {call.Attempts}: {outcome.Why}",
            Attempt = call.Attempts,
            Status = Status,
            Verdict = outcome.Kind,
            Took = call.Client.Clock.Between(call.SentAt, call.Now),
            Cause = outcome.Kind == VerdictKind.Ok ? null : outcome.Why,
        });
        if (outcome.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted)
        {
            Tell(new ResilienceEvent
            {
                Kind = ResilienceEventKind.RateLimited,
                At = _hub.Now,
                Message = $"The provider refused attempt {call.Attempts}: {outcome.Why}",
                Attempt = call.Attempts,
                Status = Status,
                Verdict = outcome.Kind,
                Delay = outcome.Wait,
                Cause = outcome.Why,
            });
        }
    }

    public void RetryScheduled(Judgement outcome, TimeSpan delay, int retry)
    {
        bool refused = outcome.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted;
        Tell(new ResilienceEvent
        {
            Kind = ResilienceEventKind.RetryScheduled,
            At = _hub.Now,
            Message = EventText.Retrying(refused, delay, retry, call.MaxRetries),
            Attempt = retry,
            MaxRetries = call.MaxRetries,
            Delay = delay,
            Verdict = outcome.Kind,
            Cause = outcome.Why,
        });
    }

    public void Recovered() => Tell(new ResilienceEvent
    {
        Kind = ResilienceEventKind.Recovered,
        At = _hub.Now,
        Message = $"Succeeded in attempt {call.Attempts}.",
        Attempt = call.Attempts,
        Retries = call.Retries,
    });

    /// <summary>Everybody's gate, so it is told to those who watch everybody; the caller was told of the refusal.</summary>
    public void GateClosed(string? quota, string? authority, in GateClosing closing)
    {
        if (_hub.IsWatched)
        {
            _hub.GateClosed(closing.Wait, new ResilienceEvent
            {
                Kind = ResilienceEventKind.GateClosed,
                At = _hub.Now,
                Message = $"Gate of {quota ?? authority} closed: {closing.Why}",
                Client = call.Client.Name,
                Delay = closing.Wait,
                Quota = quota,
                Authority = authority,
                Cause = closing.Why,
            });
        }
    }

    public void FellBack(string answerer, string cause) => Tell(new ResilienceEvent
    {
        Kind = ResilienceEventKind.FellBack,
        At = _hub.Now,
        Message = $"Answered in its place: {answerer}.",
        Cause = cause,
    });

    /// <summary>The call is over.</summary>
    public void Ended(CallOutcome outcome)
    {
        if (outcome == CallOutcome.Failed)
        {
            if (!IsAnAnswer)
            {
                Tell(Failure());
            }
        }
        else if (CacheResults.Of(call.CacheStatus) is var cached and not (CacheResult.None or CacheResult.Miss))
        {
            Tell(new ResilienceEvent
            {
                Kind = ResilienceEventKind.CacheAnswered,
                At = _hub.Now,
                Message = cached switch
                {
                    CacheResult.Revalidated => "Answered from the cache: the server says that it is still good.",
                    CacheResult.Stale => "Answered from the cache with what is not fresh any more.",
                    CacheResult.Shared => "Answered with what another call has just fetched.",
                    _ => "Answered from the cache.",
                },
                Status = Status,
                Cause = call.CacheStatus,
            });
        }
        else if (call.Key is { IsReplayed: true })
        {
            Tell(new ResilienceEvent
            {
                Kind = ResilienceEventKind.Replayed,
                At = _hub.Now,
                Message = "Answered with the result of another call with the same idempotency key.",
                Status = Status,
            });
        }

        Tell(new ResilienceEvent
        {
            Kind = ResilienceEventKind.CallEnded,
            At = _hub.Now,
            Message = outcome switch
            {
                CallOutcome.Succeeded => "The call succeeded.",
                CallOutcome.Cancelled => "The caller gave up.",
                _ when IsAnAnswer => $"The answer is HTTP {Status}.",
                _ => "The call failed.",
            },
            Status = Status,
            Verdict = call.Judgement?.Kind ?? VerdictKind.Ok,
            Retries = call.Retries,
            Took = call.Client.Clock.Between(call.StartedAt, call.Now),
        });
        if (span is not null)
        {
            CallSpan.End(span, call, outcome);
        }
    }

    /// <summary>
    /// The upstream says that a thing is not there or has changed meanwhile: what a correct program may be told, and no failure of the call that anybody gave up on.
    /// </summary>
    private bool IsAnAnswer => call.Judgement is { Kind: VerdictKind.Fatal } && Status is (404 or 409 or 410 or 412);

    private int? Status => call.Response is { } response ? (int)response.StatusCode : null;

    private ResilienceEvent Failure()
    {
        Judgement? outcome = call.Judgement;
        bool used = call.Retries > 0 && call.RetryDecision.IsUsedUp;
        return new ResilienceEvent
        {
            Kind = ResilienceEventKind.GaveUp,
            At = _hub.Now,
            Message = used ? EventText.RetriesUsed(call.MaxRetries) : EventText.Error(WhatWentWrong(outcome)),
            ErrorType = call.Exception is QuotaRejectedException || outcome?.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted
                ? EventText.RateLimit
                : outcome is null or { Failure: FailureClass.Other } ? EventText.Unexpected : EventText.General,
            MaxRetries = call.MaxRetries,
            Retries = call.Retries,
            Status = Status,
            Verdict = outcome?.Kind,
            Cause = call.RetryDecision.Reason ?? outcome?.Why,
        };
    }

    // Only sentences of our own: what a handler below says in its exceptions may hold a URL or a key.
    private string WhatWentWrong(Judgement? outcome) =>
        call.Exception is ResilienceRejectedException refusal ? refusal.Sentence : outcome?.Why ?? "a handler failed";

    public void Tell(ResilienceEvent told)
    {
        told = told with { Client = call.Client.Name, Call = Number, Operation = _operation ??= call.Operation };
        if (_hub.IsWatched)
        {
            _hub.Publish(told);
        }

        if (span is { IsAllDataRequested: true })
        {
            CallSpan.Add(span, told);
        }

        try
        {
            _progress?.Report(told);
        }
        catch (Exception failure)
        {
            // A caller's progress must not break the call that it reports on.
            _progress = null;
            EventLog.ProgressFailed(call.Client.Logger, failure.GetType().Name);
        }
    }
}
