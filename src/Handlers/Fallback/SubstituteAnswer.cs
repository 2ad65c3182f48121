using Handlers.Providers;

namespace Handlers.Fallback;

/// <summary>What came from somebody who was asked in the upstream's place.</summary>
/// <param name="Response">The answer, or null.</param>
/// <param name="Failure">Why there is none; with neither, nobody was asked.</param>
/// <param name="Call">What was done for it, where our handlers saw it.</param>
internal readonly record struct SubstituteAnswer(HttpResponseMessage? Response, Exception? Failure, Call? Call)
{
    /// <summary>Code that we can't look into failed: only a definite answer, or that nobody was reached, says that nothing was done.</summary>
    public static bool IsUnknown(Judgement judged) =>
        !judged.NotExecuted && (judged.Kind != VerdictKind.Fatal || judged.Failure is FailureClass.Rejected or FailureClass.Cancelled or FailureClass.Other);

    /// <summary>What it means for the call that was made in vain: by our own handlers' word, else by status or failure alone.</summary>
    public Judgement JudgementFor(Call call)
    {
        if (Call?.Judgement is { } known)
        {
            return known;
        }

        if (Failure is { } failure)
        {
            return Judge.OfFailure(failure, call.Token.IsCancellationRequested);
        }

        HttpResponseMessage response = Response!;
        Verdict verdict = StatusVerdict.Of((int)response.StatusCode, response.Headers.NonValidated, call.Client.Clock.Time.GetUtcNow());
        return verdict.Kind == VerdictKind.Ok ? Judgement.Ok : new Judgement
        {
            Kind = verdict.Kind,
            Failure = FailureClass.Status,
            NotExecuted = verdict.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted,
            Why = verdict.Why,
        };
    }

    /// <summary>The same where nobody can tell whether it was done, in a form that those expect who send requests.</summary>
    public SubstituteAnswer AsUnknown() => Failure is null or HttpRequestException or OperationCanceledException
        ? this
        : this with
        {
            Failure = new HttpRequestException(HttpRequestError.Unknown, $"Who was asked in the upstream's place failed, and may have done it. {Failure.Message}", Failure),
        };
}
