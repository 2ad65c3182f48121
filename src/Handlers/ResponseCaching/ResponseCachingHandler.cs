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
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationToken _disposed;

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
        _lookup = new CacheLookup(this, client.Responses);
        _conclusion = new CacheConclusion(client, client.Responses);
        _disposed = _disposing.Token;
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
        RequestHead request = RequestHead.Read(call.Original.Headers, call.Options?.Cache, Cache.Digests);
        if (request.Directives.NoStore || request.IsForOrigin)
        {
            return Step.Go;
        }

        ResponseKey key = CacheLookup.KeyOf(call, policy, Client.Name, request.Credential);
        if (_lookup.TryFind(call, Cache.StoreFor(options), key, out Found found))
        {
            return _lookup.Decide(call, null, request, key, found, null);
        }

        CacheVisit visit = _lookup.Visit(call, key);
        if (call.IsSynchronous)
        {
            Cache.SayPassedOver(Client.Logger);
            visit.Why = Forward.Miss;
            return Step.Go;
        }

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
            RequestHead request = RequestHead.Read(call.Original.Headers, call.Options?.Cache, Cache.Digests);
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
            return LeaveUncached(call);
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
            await InvalidateAsync(call).ConfigureAwait(false);
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
                outcome = await _conclusion.ShareAsync(call, visit).ConfigureAwait(false);
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

    /// <summary>Starts one request in the background for what was just served stale.</summary>
    internal void Refresh(Call call, ResponseKey key, ResponseCachingOptions options)
    {
        ResponseKey whole = key.IsHead ? key.ForGet() : key;
        if (!_disposed.IsCancellationRequested && Cache.TryBeginRefresh(whole))
        {
            HttpRequestMessage request = RefreshRequest.From(call);
            _ = Task.Run(() => RefreshAsync(request, call.Operation, whole, options.RefreshTimeout), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed.IsCancellationRequested)
        {
            _disposing.Cancel();
            _disposing.Dispose();
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

    /// <summary>A write, or a read that the cache had no part in.</summary>
    private Step LeaveUncached(Call call)
    {
        if (call.Response is not { } response)
        {
            return Step.Go;
        }

        HttpMethod method = call.Original.Method;
        bool isRead = method == HttpMethod.Get || method == HttpMethod.Head;
        CacheLookup.Mark(call, CacheStatusField.Forwarded(isRead ? Forward.Bypass : Forward.Method, stored: false));
        if (isRead || !CacheInvalidation.IsUnsafe(method) || !CacheInvalidation.IsNonError((int)response.StatusCode)
            || call.Original.Uri is not { IsAbsoluteUri: true })
        {
            return Step.Go;
        }

        if (!call.IsSynchronous && !Cache.StoreFor(PolicyOf(call).Options.Caching).IsInMemory)
        {
            return Step.Wait;
        }

        // A synchronous call does not wait for an asynchronous store: the removal ends when it ends.
        _ = InvalidateAsync(call);
        return Step.Go;
    }

    private Task InvalidateAsync(Call call)
    {
        ClientPolicy policy = PolicyOf(call);
        GuardedStore store = Cache.StoreFor(policy.Options.Caching);
        List<Task> removals = [];
        foreach (ResponseKey key in CacheConclusion.InvalidatedBy(call, policy, Client.Name, Cache.Digests))
        {
            Cache.Invalidations.Note(key);
            removals.Add(store.RemoveAsync(key, policy.Options.Caching.StoreTimeout).AsTask());
        }

        return Task.WhenAll(removals);
    }

    private async Task RefreshAsync(HttpRequestMessage request, string operation, ResponseKey key, TimeSpan timeout)
    {
        CallScope.Leave();
        using var late = new CancellationTokenSource(timeout, Client.Clock.Time);
        using CancellationTokenRegistration link = _disposed.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), late);
        try
        {
            using (request)
            {
                using HttpResponseMessage response = await SendAsync(request, late.Token).ConfigureAwait(false);
                if (Call.Of(request) is { Watcher: not null })
                {
                    await response.Content.CopyToAsync(Stream.Null, late.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure)
        {
            // Nobody waits for this request; the next caller asks again.
            CachingLog.RefreshFailed(Client.Logger, operation, failure);
        }
        finally
        {
            Cache.EndRefresh(key);
        }
    }
}
