using Handlers.Idempotency;

namespace Handlers;

/// <summary>
/// Gives a write one key for the whole call, so that every attempt carries the same, and remembers what came of the keys that the caller gave: the same key again
/// gives the same result, calls at the same time share one, and what may have happened is not repeated on a guess.
/// </summary>
public sealed class IdempotencyHandler : ChainedHandler
{
    /// <summary>Creates the handler for use without dependency injection. It keeps its store: reuse it.</summary>
    /// <param name="options">Which writes carry a key, and how long their results are kept.</param>
    /// <param name="store">Where keys are remembered; null for memory of its own.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of range, or two contradict each other.</exception>
    public IdempotencyHandler(IdempotencyOptions options, IIdempotencyStore? store = null, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.Idempotency = own))
    {
        if (store is not null)
        {
            Client.Keys.Use(store);
        }
    }

    internal IdempotencyHandler(ClientState client)
        : base(client)
    {
    }

    internal override Stages Stage => Stages.Idempotency;

    private KeyMemory Keys => Client.Keys;

    internal override Step Enter(Call call)
    {
        if (Replay.IsRead(call.Original.Method) || call.Options is { IsAside: true })
        {
            return Step.Go;
        }

        if (call.Options?.KeyAbove is { } above)
        {
            call.Key = above;
            return Step.Go;
        }

        if (call.Options?.Flight is { } flight)
        {
            flight.Flight = call;
            call.Key = flight;
            return Step.Go;
        }

        ClientPolicy policy = PolicyOf(call);
        if (KeyChoice.Of(call, policy, Keys.Digests) is not { } key)
        {
            return Step.Go;
        }

        call.Key = key;
        Stamp(call, key, policy);
        return key.Identity is null ? Step.Go : Step.Wait;
    }

    internal override async ValueTask<Step> WaitOnEnterAsync(Call call)
    {
        while (true)
        {
            Flight flight = Keys.Flights.Join(call.Key!, out bool leads);
            FlightEnd end;
            try
            {
                if (leads)
                {
                    // Not awaited: it goes on when this caller gives up and others don't. It ends in the flight's end, never in an exception.
                    _ = new KeyedSend(this, Keys, call, mayWait: true).FlyAsync(flight);
                }

                end = await flight.End.WaitAsync(call.Left, Client.Clock.Time, call.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
            {
                return GiveUp(call, flight, leads, failure);
            }

            if (Take(call, flight, leads, end) is { } step)
            {
                return step;
            }
        }
    }

    internal override Step WaitOnEnter(Call call)
    {
        while (true)
        {
            Flight flight = Keys.Flights.Join(call.Key!, out bool leads);
            if (leads)
            {
                // On this thread, so it is this caller's token that ends it; whatever it needs answers at once.
                using CancellationTokenRegistration gaveUp = call.Token.UnsafeRegister(static state => ((Flight)state!).Abandon(), flight);
                new KeyedSend(this, Keys, call, mayWait: false).FlyAsync(flight).GetAwaiter().GetResult();
            }

            FlightEnd? end;
            try
            {
                end = flight.Wait(Client.Clock, call.Left, call.Token);
            }
            catch (OperationCanceledException failure)
            {
                return GiveUp(call, flight, leads, failure);
            }

            if (end is null)
            {
                return GiveUp(call, flight, leads, new TimeoutException());
            }

            if (Take(call, flight, leads, end) is { } step)
            {
                return step;
            }
        }
    }

    /// <summary>A call that nothing is kept of: if it may have happened, its failure says under which key.</summary>
    internal override Step Leave(Call call)
    {
        if (call is { Key: { Flight: null, IsAbove: false } key, MayHaveHappened: true })
        {
            IdempotencyLog.OutcomeUnknown(Client.Logger, call.Operation, call.Judgement!.Why);
            if (call.Exception is { } failure)
            {
                call.Fail(UnknownOutcome.Told(failure, UnknownOutcome.NoteOf(key, happened: null)));
            }
        }

        return Step.Go;
    }

    private static void Stamp(Call call, CallKey key, ClientPolicy policy)
    {
        IdempotencyOptions options = policy.Options.Idempotency;
        if (key.Header is null && (options.HeaderName ?? call.Plan.IdempotencyHeader) is { } header)
        {
            call.Request.Headers.TryAddWithoutValidation(header, KeyText.OnTheWire(key.Text, options.Quoted));
            (key.Header, key.IsHonoured) = (header, true);
            call.KeepChanges();
        }

        if (call.Plan.TakesId && call.Original.Content is { } content
            && call.Provider!.PutId(content, KeyBytes.IdOf(key.Text, key.Owner)) is { } identified)
        {
            key.MayBeKnown = key.Identity is not null;
            call.ReplaceContent(identified);
            call.PlanAgain();
        }
    }

    /// <summary>The caller's time or patience is over; the flight goes on for the others.</summary>
    private static Step GiveUp(Call call, Flight flight, bool leads, Exception failure)
    {
        flight.Leave(leads);
        CallKey key = call.Key!;
        call.Now = call.Client.Clock.Now;
        if (flight.Key.Flight is { } sent)
        {
            (call.SentAt, call.AnsweredAt) = (sent.SentAt, call.Now);
            if (leads)
            {
                (call.Attempts, call.Retries) = (flight.LeaderAttempts(), sent.Retries);
            }
        }

        Exception ended = failure is TimeoutException ? Refusals.DeadlinePassed(call)
            : new TaskCanceledException("The caller gave up while a call with its idempotency key was under way.", failure, call.Token);
        call.Fail(call.SentAt == 0 ? ended : UnknownOutcome.Told(ended, UnknownOutcome.NoteOf(key, happened: null)));
        call.Judgement = Judge.OfFailure(ended, call.Token.IsCancellationRequested);
        return Step.Answered;
    }

    /// <summary>What one waiter makes of the flight's end; null to begin anew.</summary>
    private Step? Take(Call call, Flight flight, bool leads, FlightEnd end)
    {
        CallKey key = call.Key!;
        call.Now = Client.Clock.Now;
        HttpResponseMessage? raw = leads ? flight.TakeRaw() : null;
        flight.Leave(leads);
        if (!leads)
        {
            if (end.Sharing == FlightSharing.NotYours)
            {
                key.Identity = null;
                return Step.Go;
            }

            // With another payload under the same key: whatever came of the first is in the store now, and says more.
            if (end.Sharing == FlightSharing.Again || flight.Key.Fingerprint != key.Fingerprint)
            {
                return null;
            }
        }

        if (leads && end.Call is { } sent)
        {
            call.Adopt(sent);
        }

        if (end.Refusal is not null)
        {
            call.Fail(KeyRefusals.Exception(call, key, end));
        }
        else if (end.Answer is { } answer)
        {
            key.IsReplayed = !leads || end.IsFromStore;
            call.Succeed(answer.Make(call.Request, key.IsReplayed));
            call.Judgement = end.Call?.Judgement ?? Judgement.Ok;
        }
        else if (raw is not null)
        {
            raw.RequestMessage = call.Request;
            call.Succeed(raw);
        }
        else
        {
            call.Fail(end.Failure!);
            call.Judgement ??= end.Call?.Judgement;
        }

        return Step.Answered;
    }
}
