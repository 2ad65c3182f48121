using System.Net.Http.Headers;

namespace Handlers.Idempotency;

/// <summary>Finds out whether a write that may have happened did: by asking the app, then the provider. A synchronous call can't wait for either.</summary>
internal sealed class OutcomeProbe(IdempotencyHandler handler, KeyMemory memory, Call call, bool mayWait)
{
    private readonly ClientPolicy _policy = handler.PolicyOf(call);

    /// <summary>The app's probe first: it may know more than the provider's API tells.</summary>
    public async ValueTask<bool?> AskAsync(CancellationToken token)
    {
        HttpRequestMessage? question = call.Provider!.AskWhetherDone(call.Request, call.Plan);
        if (_policy.Options.Idempotency.Probe is null && question is null)
        {
            return null;
        }

        if (!mayWait)
        {
            memory.SayProbePassedOver();
            return null;
        }

        try
        {
            bool? happened = _policy.Options.Idempotency.Probe is { } probe
                ? await probe(FlightRequest.Of(call, CallOptions.Inside(call.Options, null, isAside: true)), call.Key!.Text, token).ConfigureAwait(false)
                : null;
            happened ??= question is null ? null : await AskProviderAsync(question, token).ConfigureAwait(false);
            if (happened is { } known)
            {
                IdempotencyLog.OutcomeSettled(call.Client.Logger, call.Operation, known);
            }

            return happened;
        }
        catch (Exception failure)
        {
            if (!token.IsCancellationRequested)
            {
                IdempotencyLog.ProbeFailed(call.Client.Logger, call.Operation, failure);
            }

            return null;
        }
    }

    private async ValueTask<bool?> AskProviderAsync(HttpRequestMessage question, CancellationToken token)
    {
        TimeSpan left = call.Left;
        if (left == TimeSpan.Zero)
        {
            return null;
        }

        foreach ((string name, HeaderStringValues lines) in call.Original.Headers)
        {
            question.Headers.TryAddWithoutValidation(name, lines);
        }

        question.SetCallOptions(CallOptions.Inside(call.Options, left == Timeout.InfiniteTimeSpan ? null : left, isAside: true));
        using HttpResponseMessage answer = await handler.SendInsideAsync(question, token).ConfigureAwait(false);
        ReadOnlyMemory<byte>? body = await AnswerBody.ReadAsync(answer, _policy, mayWait: true, token).ConfigureAwait(false);
        return body is { } bytes ? call.Provider!.ReadWhetherDone((int)answer.StatusCode, bytes.Span) : null;
    }
}
