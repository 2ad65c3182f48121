namespace Handlers.ResponseCaching;

/// <summary>The way down: whether a call is answered from the store, waits for the same request of somebody else, or goes on to the server.</summary>
internal sealed class CacheLookup(ResponseCache cache, BackgroundRefresh refresh)
{
    /// <summary>Whether this cache handles such requests at all.</summary>
    public static bool Handles(in RequestSnapshot request) =>
        (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head)
        && request.Content is null
        && request.Uri is { IsAbsoluteUri: true } uri && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);

    /// <summary>What a request says to the cache, and on whose behalf it is sent, as far as that can be seen up here.</summary>
    public RequestHead Read(Call call, ClientPolicy policy, CacheMode? mode, string? keyField = null) =>
        RequestHead.Read(call.Original.Headers, mode, policy, cache.Digests, keyField);

    /// <summary>The key of a request: whose it is (rule 10), and the URI as it goes on the wire, without the fragment.</summary>
    public ResponseKey KeyOf(Call call, ClientPolicy policy, string client, in RequestHead request)
    {
        string? credential = request.Credential;
        string? named = call.Options?.Account ?? policy.Options.Account;
        ResponseKeyKind kind = named is not null ? ResponseKeyKind.NamedAccount : credential is not null ? ResponseKeyKind.Credential : ResponseKeyKind.None;
        if (call.Original.Method == HttpMethod.Head)
        {
            kind |= ResponseKeyKind.Head;
        }

        ResponseOwner owner = cache.Owners.Of(policy.Options.Caching.SharedStore ? "" : client, named ?? credential ?? "", request.Unnamed ?? "");
        return new ResponseKey(owner, Target(call.Original.Uri!), kind);
    }

    /// <summary>What identifies a resource: scheme and host in lower case, no default port, no fragment; path and query byte for byte.</summary>
    public static string Target(Uri uri)
    {
        string text = uri.AbsoluteUri;
        int fragment = text.IndexOf('#', StringComparison.Ordinal);
        return fragment < 0 ? text : text[..fragment];
    }

    /// <summary>False when the store can only answer asynchronously.</summary>
    public bool TryFind(Call call, GuardedStore store, in ResponseKey key, out Found found)
    {
        StoredResponses? responses;
        if (key.IsHead)
        {
            ResponseKey get = key.ForGet();
            if (!store.TryFind(get, call.Now, out responses))
            {
                found = default;
                return false;
            }

            if (responses?.Find(call.Original.Headers, cache.Digests) is { } whole)
            {
                found = new Found(whole, get, HasOthers: true);
                return true;
            }
        }

        bool answered = store.TryFind(key, call.Now, out responses);
        found = new Found(responses?.Find(call.Original.Headers, cache.Digests), key, responses is not null);
        return answered;
    }

    public async ValueTask<Found> FindAsync(Call call, GuardedStore store, CacheVisit visit)
    {
        ResponseKey key = visit.Key;
        TimeSpan timeout = visit.Options.StoreTimeout;
        if (key.IsHead)
        {
            ResponseKey get = key.ForGet();
            StoredResponses? wholes = await store.FindAsync(get, timeout, call.Token).ConfigureAwait(false);
            if (wholes?.Find(call.Original.Headers, cache.Digests) is { } whole)
            {
                return new Found(whole, get, HasOthers: true);
            }
        }

        StoredResponses? responses = await store.FindAsync(key, timeout, call.Token).ConfigureAwait(false);
        return new Found(responses?.Find(call.Original.Headers, cache.Digests), key, responses is not null);
    }

    /// <summary>What the leader of a flight has brought, if it fits.</summary>
    public bool TryShare(Call call, CacheVisit visit, Flight flight, out Found found)
    {
        found = new Found(flight.Saved, visit.Key, HasOthers: true);
        return flight.Saved is { } saved && saved.Selecting.Match(call.Original.Headers, cache.Digests);
    }

    /// <param name="call">The call.</param>
    /// <param name="visit">Its visit, if it has waited before; made when it is needed.</param>
    /// <param name="request">What the request says to a cache.</param>
    /// <param name="key">Its key.</param>
    /// <param name="found">What is stored for it.</param>
    /// <param name="waitedFor">What came of the request that it waited for, if it did.</param>
    public Step Decide(Call call, CacheVisit? visit, in RequestHead request, in ResponseKey key, in Found found, FlightOutcome? waitedFor)
    {
        if (found.Stored is not { } stored)
        {
            return request.Directives.OnlyIfCached
                ? Unavailable(call)
                : GoOn(call, visit ?? Visit(call, key), request, found.HasOthers ? Forward.VaryMiss : Forward.Miss, waitedFor);
        }

        ResponseCachingOptions options = cache.PolicyOf(call).Options.Caching;
        stored.Anchor(call.Client.Clock, call.Now);
        ReuseFacts facts = stored.FactsFor(request.Directives, options, call.Client.Clock, call.Now);
        bool isHead = key.IsHead;
        bool isRefresh = call.Options is { IsRefresh: true };
        Reuse reuse = isRefresh ? Reuse.AfterValidation : ReusePolicy.Decide(facts);
        bool isBeyondUs = CachedAnswer.IsBeyondUs(request, isHead, stored);
        if (reuse == Reuse.Unavailable || (isBeyondUs && request.Directives.OnlyIfCached))
        {
            return Unavailable(call);
        }

        if (isBeyondUs)
        {
            visit ??= Visit(call, key);
            visit.Revalidation = Revalidation.Unasked(call, stored, found.Under);
            return GoOn(call, visit, request, Forward.Bypass, waitedFor);
        }

        TimeSpan left = TimeSpan.FromSeconds(facts.Lifetime) - facts.Age;
        switch (reuse)
        {
            case Reuse.Fresh when waitedFor == FlightOutcome.Stored:
                return Answer(call, stored, request, isHead, facts.Age, CacheStatusField.Shared(left));
            case Reuse.Fresh:
                return Answer(call, stored, request, isHead, facts.Age, CacheStatusField.Hit(left));
            case Reuse.StaleByRequest:
                return Answer(call, stored, request, isHead, facts.Age, CacheStatusField.Hit(left, "max-stale"));
            case Reuse.WhileRevalidating:
                refresh.Begin(call, key, options);
                return Answer(call, stored, request, isHead, facts.Age, CacheStatusField.Hit(left, "stale-while-revalidate"));
        }

        bool mayStandIn = !isRefresh && ReusePolicy.MayServeOnError(facts, options.StaleIfError, unlimited: false);
        if (mayStandIn && waitedFor is FlightOutcome.Failed or FlightOutcome.Refused)
        {
            return Answer(call, stored, request, isHead, facts.Age, CacheStatusField.Revalidated(Forward.Stale, null, left, "stale-if-error"));
        }

        visit ??= Visit(call, key);
        Step step = GoOn(call, visit, request, left > TimeSpan.Zero ? Forward.Request : Forward.Stale, waitedFor);
        if (step == Step.Go)
        {
            visit.Revalidation = Revalidation.Begin(call, stored, found.Under, mayStandIn);
        }

        return step;
    }

    public CacheVisit Visit(Call call, in ResponseKey key)
    {
        var visit = new CacheVisit(cache, call, key);
        call.Cache = visit;
        return visit;
    }

    public static void Mark(Call call, string field)
    {
        call.CacheStatus = field;
        call.Response?.Headers.TryAddWithoutValidation(CacheStatusField.Name, field);
    }

    private static Step Answer(Call call, StoredResponse stored, in RequestHead request, bool isHead, TimeSpan age, string field)
    {
        call.Succeed(CachedAnswer.Make(stored, call.Request, request, isHead, age));
        Mark(call, field);
        return Step.Answered;
    }

    /// <summary>RFC 9111 §5.2.1.7.</summary>
    private static Step Unavailable(Call call)
    {
        call.Succeed(new HttpResponseMessage(System.Net.HttpStatusCode.GatewayTimeout) { RequestMessage = call.Request });
        Mark(call, CacheStatusField.Refused("only-if-cached"));
        return Step.Answered;
    }

    /// <summary>
    /// On to the server, unless the same request is under way: then wait for that, once. Who has to go after all does so at once, beside the others; only where the
    /// leader left, or waits before it tries again, is there a new one.
    /// </summary>
    private Step GoOn(Call call, CacheVisit visit, in RequestHead request, Forward why, FlightOutcome? waitedFor)
    {
        visit.Why = why;
        if (waitedFor is null or FlightOutcome.CallerLeft or FlightOutcome.Refused
            && visit.Options.SingleFlight && !call.IsSynchronous && !visit.Key.IsHead
            && why != Forward.Bypass && request.IsPlain && !request.Directives.NoCache && call.Options is not { IsRefresh: true }
            && cache.Flights.LeadOrFollow(visit) is { } flight)
        {
            visit.Flight = flight;
            visit.Task = CacheTask.Follow;
            return Step.Wait;
        }

        return Step.Go;
    }
}
