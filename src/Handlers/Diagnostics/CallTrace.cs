using System.Diagnostics;
using Handlers.Quotas;

namespace Handlers;

/// <summary>What one call tells whoever looks: the watchers of the container, the caller's own progress, its span. Made only when somebody looks.</summary>
internal sealed class CallTrace(Call call, Activity? span = null)
{
    private Call _call = call;
    private readonly EventHub _hub = call.Client.State.Events;
    private IProgress<ResilienceEvent>? _progress = call.Options?.Progress;
    private string? _operation;

    /// <summary>Groups the events of a call; one that is made for another one is told of under that one's.</summary>
    public long Number { get; } = call.Options is { Number: > 0 and var outer } ? outer : call.Client.State.Events.NextCall();

    /// <summary>Whose state is told of: while a run below is at work on the call, that run's.</summary>
    public void Follow(Call part) => _call = part;

    public void Queued(Waiter waiter)
    {
        Outlook outlook = waiter.Outlook;
        Tell(new ResilienceEvent
        {
            Kind = ResilienceEventKind.Queued,
            At = _hub.Now,
            Message = EventText.Queued(outlook.IsGate, outlook.Wait, outlook.Position),
            Attempt = _call.Attempts + 1,
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
        Message = $"Attempt {_call.Attempts + 1} may go.",
        Attempt = _call.Attempts + 1,
        Took = waited,
    });

    public void AttemptStarted() => Tell(new ResilienceEvent
    {
        Kind = ResilienceEventKind.AttemptStarted,
        At = _hub.Now,
        Message = $"Attempt {_call.Attempts} is sent.",
        Attempt = _call.Attempts,
        Authority = _call.Upstream.Name,
    });

    /// <summary>An attempt was judged; a turn that was refused before it left is none.</summary>
    public void AttemptEnded(Judgement outcome)
    {
        if (_call.SentAt == 0)
        {
            return;
        }

        Tell(new ResilienceEvent
        {
            Kind = ResilienceEventKind.AttemptEnded,
            At = _hub.Now,
            Message = outcome.Kind == VerdictKind.Ok ? $"Attempt {_call.Attempts} succeeded." : $"Attempt {_call.Attempts}: {outcome.Why}",
            Attempt = _call.Attempts,
            Status = Status,
            Verdict = outcome.Kind,
            Took = _call.Client.Clock.Between(_call.SentAt, _call.Now),
            Cause = outcome.Kind == VerdictKind.Ok ? null : outcome.Why,
        });
        if (outcome.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted)
        {
            Tell(new ResilienceEvent
            {
                Kind = ResilienceEventKind.RateLimited,
                At = _hub.Now,
                Message = $"The provider refused attempt {_call.Attempts}: {outcome.Why}",
                Attempt = _call.Attempts,
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
            Message = EventText.Retrying(refused, delay, retry, _call.MaxRetries),
            Attempt = retry,
            MaxRetries = _call.MaxRetries,
            Delay = delay,
            Verdict = outcome.Kind,
            Cause = outcome.Why,
        });
    }

    public void Recovered() => Tell(new ResilienceEvent
    {
        Kind = ResilienceEventKind.Recovered,
        At = _hub.Now,
        Message = $"Succeeded in attempt {_call.Attempts}.",
        Attempt = _call.Attempts,
        Retries = _call.Retries,
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
                Client = _call.Client.Name,
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
        else if (CacheResults.Of(_call.CacheStatus) is var cached and not (CacheResult.None or CacheResult.Miss))
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
                Cause = _call.CacheStatus,
            });
        }
        else if (_call.Key is { IsReplayed: true })
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
            Verdict = _call.Judgement?.Kind ?? VerdictKind.Ok,
            Retries = _call.Retries,
            Took = _call.Client.Clock.Between(_call.StartedAt, _call.Now),
        });
        if (span is not null)
        {
            CallSpan.End(span, _call, outcome);
        }
    }

    /// <summary>
    /// The upstream says that a thing is not there or has changed meanwhile: what a correct program may be told, and no failure of the call that anybody gave up on.
    /// </summary>
    private bool IsAnAnswer => _call.Judgement is { Kind: VerdictKind.Fatal } && Status is (404 or 409 or 410 or 412);

    private int? Status => _call.Response is { } response ? (int)response.StatusCode : null;

    private ResilienceEvent Failure()
    {
        Judgement? outcome = _call.Judgement;
        bool used = _call.Retries > 0 && _call.RetryDecision.IsUsedUp;
        return new ResilienceEvent
        {
            Kind = ResilienceEventKind.GaveUp,
            At = _hub.Now,
            Message = used ? EventText.RetriesUsed(_call.MaxRetries) : EventText.Error(WhatWentWrong(outcome)),
            ErrorType = _call.Exception is QuotaRejectedException || outcome?.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted
                ? EventText.RateLimit
                : outcome is null or { Failure: FailureClass.Other } ? EventText.Unexpected : EventText.General,
            MaxRetries = _call.MaxRetries,
            Retries = _call.Retries,
            Status = Status,
            Verdict = outcome?.Kind,
            Cause = _call.RetryDecision.Reason ?? outcome?.Why,
        };
    }

    // Only sentences of our own: what a handler below says in its exceptions may hold a URL or a key.
    private string WhatWentWrong(Judgement? outcome) =>
        _call.Exception is ResilienceRejectedException refusal ? refusal.Sentence : outcome?.Why ?? "a handler failed";

    public void Tell(ResilienceEvent told)
    {
        told = told with { Client = _call.Client.Name, Call = Number, Operation = _operation ??= _call.Operation };
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
            EventLog.ProgressFailed(_call.Client.Logger, failure.GetType().Name);
        }
    }
}
