using System.Diagnostics.CodeAnalysis;

namespace Handlers.Idempotency;

/// <summary>
/// What happens once for everybody who asks with the same key: the key is claimed, the request sent, the result kept before anybody gets it. Written once for
/// both ways of sending: a synchronous call passes <c>false</c> for <c>mayWait</c>, and then nothing here ever waits for a task.
/// </summary>
[SuppressMessage("Performance", "CA1849:Call async methods when in an async method", Justification = "One text for both ways of sending: the blocking calls are the synchronous one's.")]
internal sealed class KeyedSend(IdempotencyHandler handler, KeyMemory memory, Call call, bool mayWait)
{
    private readonly ClientState _client = call.Client;
    private readonly CallKey _key = call.Key!;
    private readonly ClientPolicy _policy = handler.PolicyOf(call);
    private readonly OutcomeProbe _probe = new(handler, memory, call, mayWait);
    private IIdempotencyStore? _store;

    private IdempotencyOptions Options => _policy.Options.Idempotency;

    public async Task FlyAsync(Flight flight)
    {
        // What the scope of this caller says has been read; whoever joins has another.
        CallScope.Leave();
        HttpResponseMessage? raw = null;
        FlightEnd end;
        try
        {
            (end, raw) = await RunAsync(flight.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            end = new FlightEnd { Failure = failure, Sharing = FlightSharing.Again };
        }

        if (_key.Flight is { } sent)
        {
            _client.Stats.SentForOthers(sent.Attempts - flight.LeaderAttempts());
        }

        memory.Flights.Remove(flight);
        flight.Land(flight.Token.IsCancellationRequested ? end with { Sharing = FlightSharing.Again } : end, raw);
    }

    private async ValueTask<(FlightEnd End, HttpResponseMessage? Raw)> RunAsync(CancellationToken token)
    {
        IdempotencyRecord? known;
        try
        {
            known = await ClaimAsync(token).ConfigureAwait(false);
        }
        catch (Exception failure) when (!token.IsCancellationRequested)
        {
            return (Refuse(IdempotencyConflictReason.StoreFailed, default, failure), null);
        }

        switch (KeyRules.Decide(known, _key.Fingerprint, Replay.IsSafe(_policy, call)))
        {
            case KeyAction.Answer when StoredAnswer.Read(known!.Result) is { } answer:
                IdempotencyLog.KeyReplayed(_client.Logger, call.Operation);
                return (new FlightEnd { Answer = answer, IsFromStore = true, At = known.At }, null);
            case KeyAction.Answer or KeyAction.RefuseDone:
                return (Refuse(IdempotencyConflictReason.AlreadyDone, known!.At), null);
            case KeyAction.RefuseOtherPayload:
                return (Refuse(IdempotencyConflictReason.OtherPayload, known!.At), null);
            case KeyAction.Ask:
                bool? happened = await _probe.AskAsync(token).ConfigureAwait(false);
                if (happened == true)
                {
                    await KeepAsync(default).ConfigureAwait(false);
                }

                if (happened != false)
                {
                    return (Refuse(happened == true ? IdempotencyConflictReason.AlreadyDone : IdempotencyConflictReason.OutcomeUnknown, known!.At), null);
                }

                break;
        }

        return await SendAsync(token).ConfigureAwait(false);
    }

    private ValueTask<IdempotencyRecord?> ClaimAsync(CancellationToken token)
    {
        IIdempotencyStore store = memory.StoreFor(Options);
        if (!mayWait && !store.AnswersAtOnce)
        {
            memory.SayStorePassedOver();
            return default;
        }

        _store = store;

        // A file may be locked for seconds: this caller's deadline must not wait for it on this thread.
        return mayWait && store is { AnswersAtOnce: true } and not MemoryIdempotencyStore
            ? new(Task.Run(() => store.ClaimAsync(_key.Identity!, _key.Fingerprint, token).AsTask(), CancellationToken.None))
            : store.ClaimAsync(_key.Identity!, _key.Fingerprint, token);
    }

    private async ValueTask<(FlightEnd End, HttpResponseMessage? Raw)> SendAsync(CancellationToken token)
    {
        // Who waits for a task leaves it at his deadline, and others may stay. What runs on the caller's own thread has to keep to it.
        TimeSpan? deadline = mayWait || call.Left is var left && left == Timeout.InfiniteTimeSpan ? null : left;
        HttpRequestMessage request = FlightRequest.Of(call, CallOptions.Inside(call.Options, deadline, flight: _key, isInner: true, number: call.Trace?.Number ?? 0));
        HttpResponseMessage? response = null;
        Exception? failure = null;
        try
        {
            response = mayWait
                ? await handler.SendInsideAsync(request, token).ConfigureAwait(false)
                : handler.SendInside(request, token);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        var end = new FlightEnd { Failure = failure, Call = _key.Flight };
        if (!_key.Owner.Owns(call.Original.Headers, response?.RequestMessage ?? request, _policy, KeyChoice.FieldOf(call, _policy)))
        {
            memory.SayOwnerUnknown();
            await ReleaseAsync().ConfigureAwait(false);
            return (end with { Sharing = FlightSharing.NotYours }, response);
        }

        if (response is not null)
        {
            return await ConcludeAsync(end, response, token).ConfigureAwait(false);
        }

        if (IsUnknown(failure))
        {
            bool? happened = await SettleAsync(token).ConfigureAwait(false);
            return (end with { Failure = UnknownOutcome.Told(failure!, UnknownOutcome.NoteOf(_key, happened)) }, null);
        }

        await ReleaseAsync().ConfigureAwait(false);

        // Refused here for what its leader would not wait for: the others ask for themselves.
        return (failure is ResilienceRejectedException ? end with { Sharing = FlightSharing.Again } : end, null);
    }

    private async ValueTask<(FlightEnd End, HttpResponseMessage? Raw)> ConcludeAsync(FlightEnd end, HttpResponseMessage response, CancellationToken token)
    {
        Judgement? judged = _key.Flight?.Judgement;
        bool happened = judged is { AlreadyDone: true } || (response.IsSuccessStatusCode && judged is null or { Kind: VerdictKind.Ok });
        bool isUnknown = !happened && IsUnknown(null);
        ReadOnlyMemory<byte>? body = null;
        try
        {
            body = await AnswerBody.ReadAsync(response, _policy, mayWait, token).ConfigureAwait(false);
        }
        catch (Exception broken)
        {
            end = end with { Failure = broken is IOException ? new HttpRequestException(HttpRequestError.ResponseEnded, broken.Message, broken) : broken };
        }

        StoredAnswer? answer = body is { } bytes ? StoredAnswer.Of(response, bytes) : null;
        if (happened)
        {
            await KeepAsync(answer is not null && judged is not { AlreadyDone: true } ? answer.Write() : default).ConfigureAwait(false);
        }
        else if (isUnknown)
        {
            await SettleAsync(token).ConfigureAwait(false);
        }
        else
        {
            await ReleaseAsync().ConfigureAwait(false);
        }

        if (end.Failure is { } lost)
        {
            response.Dispose();
            return (end with { Failure = happened ? UnknownOutcome.Told(lost, UnknownOutcome.NoteOf(_key, happened: true)) : lost }, null);
        }

        if (answer is null)
        {
            return (end with { Sharing = FlightSharing.Again }, response);
        }

        response.Dispose();
        return (end with { Answer = answer }, null);
    }

    /// <summary>Cut off after it left, or answered in a way that does not tell. A fault in a handler below says nothing about the server either.</summary>
    private bool IsUnknown(Exception? failure) =>
        _key.Flight is { } sent && (sent.MayHaveHappened || (failure is not null && sent is { SentAt: not 0, Judgement: not { NotExecuted: true } }));

    /// <summary>Nobody knows: the key stays claimed, unless somebody can say.</summary>
    private async ValueTask<bool?> SettleAsync(CancellationToken token)
    {
        // A body that can't be kept has not been read: who asks must not wait for the slot that it holds.
        if (_key.Flight is { } sent)
        {
            _client.State.Ledger.Release(ref sent.Grant);
        }

        bool? happened = await _probe.AskAsync(token).ConfigureAwait(false);
        if (happened is not { } known)
        {
            IdempotencyLog.OutcomeUnknown(_client.Logger, call.Operation, _key.Flight?.Judgement?.Why ?? "it was cut off");
            return null;
        }

        _key.Flight?.Settle(known);
        if (known)
        {
            await KeepAsync(default).ConfigureAwait(false);
        }
        else
        {
            await ReleaseAsync().ConfigureAwait(false);
        }

        return known;
    }

    /// <summary>Nobody's patience ends this: what has happened is remembered although the last waiter has left.</summary>
    private async ValueTask KeepAsync(ReadOnlyMemory<byte> result)
    {
        if (_store is null)
        {
            return;
        }

        try
        {
            await _store.KeepAsync(_key.Identity!, result, Options.ResultTtl, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            IdempotencyLog.KeyStoreFailed(_client.Logger, call.Operation, failure);
        }
    }

    private async ValueTask ReleaseAsync()
    {
        if (_store is null)
        {
            return;
        }

        try
        {
            await _store.ReleaseAsync(_key.Identity!, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            IdempotencyLog.KeyStoreFailed(_client.Logger, call.Operation, failure);
        }
    }

    private FlightEnd Refuse(IdempotencyConflictReason reason, DateTimeOffset at, Exception? failure = null)
    {
        IdempotencyLog.KeyRefused(_client.Logger, call.Operation, reason);
        return new FlightEnd { Refusal = reason, At = at, Failure = failure };
    }
}
