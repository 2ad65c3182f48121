using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>What becomes of a call that the cache had no part in: a write makes worthless what is stored (RFC 9111 §4.4).</summary>
internal sealed class Invalidation(ClientState client, ResponseCache cache, CacheLookup lookup)
{
    public Step Leave(Call call)
    {
        HttpMethod method = call.Original.Method;
        if (call.Response is not null)
        {
            bool isRead = method == HttpMethod.Get || method == HttpMethod.Head;
            CacheLookup.Mark(call, CacheStatusField.Forwarded(isRead ? Forward.Bypass : Forward.Method, stored: false));
        }

        if (!CacheInvalidation.IsUnsafe(method) || call.Original.Uri is not { IsAbsoluteUri: true } || !HasChangedSomething(call))
        {
            return Step.Go;
        }

        if (!call.IsSynchronous && !cache.StoreFor(cache.PolicyOf(call).Options.Caching).IsInMemory)
        {
            return Step.Wait;
        }

        // A synchronous call does not wait for an asynchronous store: the removal ends when it ends.
        _ = RunAsync(call);
        return Step.Go;
    }

    public async Task RunAsync(Call call)
    {
        ClientPolicy policy = cache.PolicyOf(call);
        GuardedStore store = cache.StoreFor(policy.Options.Caching);
        List<Task> removals = [];
        foreach (ResponseKey key in KeysOf(call, policy))
        {
            cache.Invalidations.Note(key);
            removals.Add(store.InvalidateAsync(key, policy.Options.Caching.StoreTimeout).AsTask());
        }

        try
        {
            // The answer is there, and its caller wants to read it in his time: no more than half of that for the store.
            TimeSpan left = call.Left;
            await Task.WhenAll(removals).WaitAsync(left == Timeout.InfiniteTimeSpan ? left : left / 2, client.Clock.Time, call.Token).ConfigureAwait(false);
        }
        catch (Exception early) when (early is TimeoutException or OperationCanceledException)
        {
            // The removals end when they end.
        }

        call.Now = client.Clock.Now;
    }

    /// <summary>
    /// It succeeded, or no answer came and nobody knows: who wants to find out reads, and must not get what was there before. An error that was answered leaves what is
    /// stored alone (RFC 9111 §4.4).
    /// </summary>
    private static bool HasChangedSomething(Call call) =>
        call.Response is { } response ? CacheInvalidation.IsNonError((int)response.StatusCode) : call.MayHaveHappened;

    private List<ResponseKey> KeysOf(Call call, ClientPolicy policy)
    {
        RequestHead request = lookup.Read(call, policy, mode: null, call.Key?.Header);
        ResponseKey own = lookup.KeyOf(call, policy, client.Name, request);
        bool hasUnnamed = request.Unnamed is not null;
        Uri target = call.Original.Uri!;
        List<ResponseKey> keys = [];
        Add(own);
        if (call.Original.HeaderOf("Destination") is { } destination && CacheInvalidation.SameOrigin(target, destination) is { } moved)
        {
            // Where a COPY or MOVE leads to (RFC 4918 §10.3).
            Add(own.For(CacheLookup.Target(moved)));
        }

        if (call.Response is { } response)
        {
            AddNamed(response.Headers.NonValidated, "Location");
            AddNamed(response.Content.Headers.NonValidated, "Content-Location");
        }

        return keys;

        void Add(in ResponseKey key)
        {
            keys.Add(key);
            keys.Add(key.ForHead());
            if (hasUnnamed)
            {
                // What only writes carry does not choose what is read.
                keys.Add(key.ForPlain());
                keys.Add(key.ForPlain().ForHead());
            }
        }

        void AddNamed(HttpHeadersNonValidated fields, string name)
        {
            if (fields.TryGetValues(name, out HeaderStringValues lines) && CacheInvalidation.SameOrigin(target, lines.ToString()) is { } named)
            {
                Add(own.For(CacheLookup.Target(named)));
            }
        }
    }
}
