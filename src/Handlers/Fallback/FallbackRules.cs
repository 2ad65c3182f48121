namespace Handlers.Fallback;

/// <summary>Whether somebody else may answer a call that failed.</summary>
internal static class FallbackRules
{
    public static bool Applies(Call call)
    {
        // Nothing went wrong, or it has happened.
        if (call.Judgement is not { Kind: not VerdictKind.Ok, AlreadyDone: false } outcome)
        {
            return false;
        }

        // Nobody else stands in for one that stands in, and a question about this upstream is for this upstream.
        if (call.Options is { IsFallback: true } or { IsAside: true })
        {
            return false;
        }

        // The caller gave up, the deadline has passed, or the request itself is at fault: it would be with anybody.
        if (outcome.Kind == VerdictKind.Fatal && call.Exception is not QuotaRejectedException)
        {
            return false;
        }

        // A write never reaches two upstreams when the first may have executed it.
        return !call.MayHaveHappened || IsRead(call);
    }

    /// <summary>Asking twice does nothing twice.</summary>
    public static bool IsRead(Call call) => Replay.IsRead(call.Original.Method) || call.Plan.IsRead;
}
