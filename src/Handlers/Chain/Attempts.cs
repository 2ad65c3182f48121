namespace Handlers;

/// <summary>The beginning and the end of one trip to what stands below a run.</summary>
internal static class Attempts
{
    /// <summary>Arms the timer; false when the attempt may not leave after all (the refusal is on the call then).</summary>
    public static bool Begin(Call call, bool innermost, out AttemptTimer timer)
    {
        timer = default;
        if (call.Now >= call.DeadlineAt)
        {
            call.Fail(Refusals.DeadlinePassed(call));
            return false;
        }

        if (innermost)
        {
            if (call.Pass.Take(call) is { } refusal)
            {
                call.Fail(refusal);
                return false;
            }

            call.Attempts++;
        }

        call.SentAt = call.Now;
        if (innermost)
        {
            call.Trace?.AttemptStarted();
        }

        timer = AttemptTimer.Arm(call);
        return true;
    }

    /// <summary>Notes when and how the trip ended, says what a cancellation means, and keeps the token source for the body.</summary>
    public static void End(Call call, ref AttemptTimer timer, bool judge)
    {
        call.AnsweredAt = call.Now = call.Client.Clock.Now;
        timer.Unlink();
        call.EndPart();
        if (timer.Fired && (call.Response is not null || call.Exception is OperationCanceledException))
        {
            // An answer that comes together with the timer is late: its body could not be read any more.
            call.Fail(Refusals.TimedOut(call, timer.Cause));
            call.Judgement = null;
        }
        else if (call.Exception is OperationCanceledException cancelled && call.Token.IsCancellationRequested && cancelled.CancellationToken != call.Token)
        {
            call.Fail(new TaskCanceledException(cancelled.Message, cancelled, call.Token));
        }

        if (call.Response is null)
        {
            timer.Release(call.Reusable);
        }
        else if (timer.Detach() is { } source)
        {
            call.ReleaseBodySource();
            call.BodySource = source;
        }

        if (call.Judgement is null && (judge || call.Exception is not null))
        {
            Judge.ByStatus(call);
        }
    }
}
