namespace Handlers;

/// <summary>
/// The call lent to a run below a foreign handler: what that run works on, and what of it becomes the call's again
/// (<c>docs/decisions/a-run-below-works-on-a-part.md</c>).
/// </summary>
internal sealed partial class Call
{
    /// <summary>
    /// The call for a run below a foreign handler. It is a copy that owns what the call holds, because that handler may give the run up and go on, or send more than
    /// once in one attempt: what is left behind then ends beside the call and not in it.
    /// </summary>
    public Call Lend(Stages run, HttpRequestMessage request, CancellationToken token)
    {
        if ((run & Stages.Pacing) != 0)
        {
            Client.State.Ledger.Release(ref Grant);
        }

        var part = (Call)MemberwiseClone();
        _awaited = part;
        (Grant, Pass) = (default, default);
        (part.Request, part.Token, part.Now, part._active) = (request, token, Client.Clock.Now, (int)run);
        (part.Judgement, part.Response, part.Exception, part.BodySource, part.SentAt) = (null, null, null, null, 0);
        part._awaited = null;
        part._earlierMayHaveHappened |= MayHaveHappened && !Replay.IsRead(Original.Method);
        part._trace?.Follow(part);
        request.Options.Set(CallEntry.Key, part);
        return part;
    }

    /// <summary>Takes over what a run below did, but for its outcome, which comes through the handler between; false when it has been left behind.</summary>
    public bool TryTakeBack(Call part, Stages run)
    {
        lock (part)
        {
            if ((Interlocked.And(ref part._active, ~(int)run) & (int)run) == 0)
            {
                return false;
            }

            Original = part.Original;
            Plan = part.Plan;
            (Key, AnsweredBy) = (part.Key, part.AnsweredBy);
            (Attempts, Retries, RetryDecision, Judgement) = (part.Attempts, part.Retries, part.RetryDecision, part.Judgement);
            (Now, SentAt, AnsweredAt, Waited, Paced) = (part.Now, part.SentAt, part.AnsweredAt, part.Waited, part.Paced);
            (Pass, Grant) = (part.Pass, part.Grant);
            (Cache, CacheStatus, Watcher) = (part.Cache, part.CacheStatus, part.Watcher);
            (_history, _earlierMayHaveHappened) = (part._history, part._earlierMayHaveHappened);
            ReleaseBodySource();
            BodySource = part.BodySource;
            (part.Pass, part.Grant, part.BodySource) = (default, default, null);
            _trace = part._trace;
            _trace?.Follow(this);
            part.Request.Options.Set(CallEntry.Key, this);
            Exit(run);
            return true;
        }
    }

    /// <summary>
    /// The trip below has ended. What a run there found out counts only for its own outcome, not for what a handler between put in its place; and a run that has not
    /// ended yet is left behind.
    /// </summary>
    public void EndPart()
    {
        if (_awaited is not Call part)
        {
            return;
        }

        _awaited = null;
        lock (part)
        {
            int busy = Interlocked.Exchange(ref part._active, 0);
            if (busy == 0)
            {
                EndPart(part);
                return;
            }

            Exit((Stages)busy);
            Attempts = Math.Max(Attempts, part.Attempts);
            Judgement = null;
            _trace?.Follow(this);
            Request.Options.Set(CallEntry.Key, this);
        }
    }

    private void EndPart(Call part)
    {
        if (Exception is not null)
        {
            // The handler between made a failure of it.
            part.Response?.Dispose();
        }

        if (!IsOutcomeOf(part))
        {
            Judgement = null;
        }
    }

    /// <summary>The same answer, perhaps in another message, or the same failure, perhaps inside another. A run that was cut off from above knows no cause.</summary>
    private bool IsOutcomeOf(Call part)
    {
        if (Response is { } response)
        {
            return part.Response is { } below && below.StatusCode == response.StatusCode;
        }

        Exception? failure = Exception;
        while (failure is not null && !ReferenceEquals(failure, part.Exception))
        {
            failure = failure.InnerException;
        }

        return failure is not null && (part.Judgement is not { Failure: FailureClass.Cancelled } || Token.IsCancellationRequested);
    }
}
