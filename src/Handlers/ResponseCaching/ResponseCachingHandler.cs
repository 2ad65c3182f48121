using Handlers.ResponseCaching;

namespace Handlers;

/// <summary>
/// Answers from a store what HTTP allows a private cache to answer (RFC 9111): without the network while it is fresh, after a question that costs little when it
/// is stale, and instead of an error where that is allowed. Bodies stream to the caller while they are copied.
/// </summary>
public sealed class ResponseCachingHandler : ChainedHandler
{
    private readonly CacheLookup _lookup;
    private readonly CacheConclusion _conclusion;
    private readonly Invalidation _invalidation;
    private readonly BackgroundRefresh _refresh;

    /// <summary>Creates the handler for use without dependency injection. It keeps its store: reuse it.</summary>
    /// <param name="options">What is stored and how it is used.</param>
    /// <param name="store">Where it is stored; null for memory of its own.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of range, or two contradict each other.</exception>
    public ResponseCachingHandler(ResponseCachingOptions options, IResponseStore? store = null, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.Caching = own))
    {
        if (store is not null)
        {
            Client.Responses.Use(store);
        }
    }

    internal ResponseCachingHandler(ClientState client)
        : base(client)
    {
        _refresh = new BackgroundRefresh(this, client.Responses);
        _lookup = new CacheLookup(client.Responses, _refresh);
        _conclusion = new CacheConclusion(client, client.Responses, _lookup);
        _invalidation = new Invalidation(client, client.Responses, _lookup);
    }

    internal override Stages Stage => Stages.ResponseCaching;

    private ResponseCache Cache => Client.Responses;

    internal override Step Enter(Call call)
    {
        call.Cache = null;
        if (!CacheLookup.Handles(call.Original))
        {
            return Step.Go;
        }

        ClientPolicy policy = PolicyOf(call);
        ResponseCachingOptions options = policy.Options.Caching;
        RequestHead request = _lookup.Read(call, policy, call.Options?.Cache);
        if (request.Directives.NoStore || request.IsForOrigin)
        {
            return Step.Go;
        }

        ResponseKey key = _lookup.KeyOf(call, policy, Client.Name, request);
        if (_lookup.TryFind(call, Cache.StoreFor(options), key, out Found found))
        {
            return _lookup.Decide(call, null, request, key, found, null);
        }

        if (call.IsSynchronous)
        {
            Cache.SayPassedOver(Client.Logger);
            return _lookup.Decide(call, null, request, key, default, null);
        }

        CacheVisit visit = _lookup.Visit(call, key);
        visit.Task = CacheTask.LookUp;
        return Step.Wait;
    }

    internal override async ValueTask<Step> WaitOnEnterAsync(Call call)
    {
        CacheVisit visit = call.Cache!;
        FlightOutcome? waitedFor = null;
        while (true)
        {
            Found found = default;
            bool isFound = false;
            if (visit.Task == CacheTask.Follow)
            {
                Flight flight = visit.Flight!;
                waitedFor = await FollowAsync(call, visit, flight).ConfigureAwait(false);
                if (waitedFor is null)
                {
                    return Step.Answered;
                }

                visit.BeginAgain();
                isFound = waitedFor == FlightOutcome.Stored && _lookup.TryShare(call, visit, flight, out found);
            }

            visit.Task = CacheTask.None;
            GuardedStore store = Cache.StoreFor(visit.Options);
            if (!isFound && !_lookup.TryFind(call, store, visit.Key, out found))
            {
                if (await FindAsync(call, store, visit).ConfigureAwait(false) is not { } answered)
                {
                    return Step.Answered;
                }

                found = answered;
            }

            call.Now = call.Client.Clock.Now;
            RequestHead request = _lookup.Read(call, PolicyOf(call), call.Options?.Cache);
            Step step = _lookup.Decide(call, visit, request, visit.Key, found, waitedFor);
            if (step != Step.Wait)
            {
                return step;
            }
        }
    }

    internal override Step Leave(Call call)
    {
        if (call.Cache is not { } visit)
        {
            return _invalidation.Leave(call);
        }

        try
        {
            return _conclusion.Conclude(call, visit);
        }
        catch
        {
            // Whatever went wrong, nobody must go on waiting for it.
            Cache.Flights.Land(visit, FlightOutcome.NotShared);
            throw;
        }
    }

    internal override async ValueTask WaitOnLeaveAsync(Call call, Place below)
    {
        if (call.Cache is not { } visit)
        {
            await _invalidation.RunAsync(call).ConfigureAwait(false);
            return;
        }

        FlightOutcome outcome = FlightOutcome.NotShared;
        try
        {
            while (visit.Task == CacheTask.FetchAgain)
            {
                BeginAgain(call);
                await below.SendAsync(call).ConfigureAwait(false);
                _conclusion.Conclude(call, visit);
            }

            if (visit.Task == CacheTask.Share)
            {
                outcome = await SharedBody.ReadAsync(call, visit).ConfigureAwait(false);
                if (outcome == FlightOutcome.Failed)
                {
                    _conclusion.ConcludeFailure(call, visit);
                }
            }
        }
        finally
        {
            Cache.Flights.Land(visit, outcome);
        }
    }

    internal override void WaitOnLeave(Call call, Place below)
    {
        if (call.Cache is { } visit)
        {
            while (visit.Task == CacheTask.FetchAgain)
            {
                BeginAgain(call);
                below.Send(call);
                _conclusion.Conclude(call, visit);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _refresh.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void BeginAgain(Call call)
    {
        call.Response?.Dispose();
        call.BeginAgain();
        call.Now = call.Client.Clock.Now;
    }

    /// <summary>Null when the store takes longer than the call has: it is left to its own time-out, and the failure is on the call.</summary>
    private async ValueTask<Found?> FindAsync(Call call, GuardedStore store, CacheVisit visit)
    {
        ValueTask<Found> search = _lookup.FindAsync(call, store, visit);
        if (search.IsCompleted || call.DeadlineAt == Clock.Never)
        {
            return await search.ConfigureAwait(false);
        }

        try
        {
            return await search.AsTask().WaitAsync(call.Left, call.Client.Clock.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            call.Fail(Refusals.DeadlinePassed(call));
            return null;
        }
    }

    /// <summary>Null when the call's time is over; the failure is on the call then.</summary>
    private static async ValueTask<FlightOutcome?> FollowAsync(Call call, CacheVisit visit, Flight flight)
    {
        visit.HasWaited = true;
        Clock clock = call.Client.Clock;
        try
        {
            return await flight.Task.WaitAsync(call.Left, clock.Time, call.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            call.Fail(Refusals.DeadlinePassed(call));
            return null;
        }
        finally
        {
            visit.Flight = null;
            call.Now = clock.Now;
        }
    }
}
