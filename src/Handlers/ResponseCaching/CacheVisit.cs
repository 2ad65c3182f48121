using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>
/// One request that was not simply answered from the store: what was found for it, whether others wait for it, and what becomes of its answer. Every miss pays for
/// one, so it is small.
/// </summary>
internal sealed class CacheVisit(ResponseCache cache, Call call, in ResponseKey key) : BodyCopy
{
    private readonly ResponseKey _key = key;
    private int _invalidations = cache.Invalidations.Count;

    public ref readonly ResponseKey Key => ref _key;

    public ResponseCachingOptions Options => cache.PolicyOf(call).Options.Caching;

    /// <summary>What is stored already and needs the server's word; null for nothing.</summary>
    public Revalidation? Revalidation { get; set; }

    /// <summary>Why the request goes on.</summary>
    public Forward Why { get; set; }

    /// <summary>What to do where waiting is allowed.</summary>
    public CacheTask Task { get; set; }

    /// <summary>A handler below has set a field that the answer was chosen by.</summary>
    public bool IsChosenBelow { get; set; }

    /// <summary>It waited for another request.</summary>
    public bool HasWaited { get; set; }

    /// <summary>A stale answer may stand in for an error, so nobody needs to wait long for the server.</summary>
    public bool HasStandIn => Revalidation is { MayStandIn: true };

    //// Written under the lock of the flight table.

    public bool IsLeading { get; set; }

    public CacheVisit? Next { get; set; }

    /// <summary>Who waits for it; null while nobody does. Or, before it leads, the flight that it waits for itself.</summary>
    public Flight? Flight { get; set; }

    protected override long MaxBytes => Options.MaxEntryBytes;

    private ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> RequestFields => call.Original.Headers;

    private CallPriority Priority => call.Options?.Priority ?? CallPriority.Normal;

    /// <summary>
    /// Whether the other one may wait for this: both ask for the same kind of answer, by the fields that servers mostly choose by, and this one is in no less of a
    /// hurry.
    /// </summary>
    public bool Leads(CacheVisit other)
    {
        return Priority <= other.Priority && Same("Accept", this, other) && Same("Accept-Language", this, other) && Same("Accept-Encoding", this, other);

        static bool Same(string name, CacheVisit a, CacheVisit b) => FieldLines.Of(name, a.RequestFields).SameAs(FieldLines.Of(name, b.RequestFields));
    }

    /// <summary>A write went by since it began: its answer is from before that.</summary>
    public bool BeganBeforeWrite => IsOutdated(_key);

    /// <summary>There is an answer for those who wait: stored, or theirs alone because a write went by that they did not wait for.</summary>
    public bool HasBrought => HasSaved || Flight is { Saved: not null };

    /// <summary>It has waited and looks again: what was written until now it will see.</summary>
    public void BeginAgain() => _invalidations = cache.Invalidations.Count;

    /// <summary>It has to wait before it asks again: nobody else waits for that.</summary>
    public void StopLeading() => cache.Flights.Land(this, FlightOutcome.Refused);

    /// <summary>Stores under a key, beside the answers for other request headers.</summary>
    public void Save(in ResponseKey under, StoredResponse complete)
    {
        if (IsLeading && Flight is { } flight)
        {
            flight.Saved = complete;
        }

        if (IsOutdated(under))
        {
            return;
        }

        HasSaved = true;
        GuardedStore store = cache.StoreFor(Options);
        if (store.TryGet(under, out StoredResponses? others))
        {
            ValueTask putting = Put(store, under, others, complete);
            if (!putting.IsCompletedSuccessfully)
            {
                _ = PutAndLookAgainAsync(putting, store, under);
            }
            else if (IsOutdated(under))
            {
                Observe(store.RemoveAsync(under, Options.StoreTimeout));
            }
        }
        else
        {
            _ = SaveLaterAsync(store, under, complete);
        }
    }

    /// <summary>Drops an answer that the server has contradicted.</summary>
    public void Forget(Revalidation outdated)
    {
        GuardedStore store = cache.StoreFor(Options);
        StoredResponses? left = store.TryGet(outdated.Under, out StoredResponses? all) ? all?.Without(outdated.Stored, call.Original, cache.Digests) : null;
        if (left is null)
        {
            Observe(store.RemoveAsync(outdated.Under, Options.StoreTimeout));
        }
        else if (left != all)
        {
            _ = PutAndLookAgainAsync(store.SetAsync(outdated.Under, left, Retention.Of(left, Options), Options.StoreTimeout, isReplacing: true), store, outdated.Under);
        }
    }

    /// <summary>RFC 9111 §4.3.3: after a full answer the stored one is not suitable any more, also where the new one is not stored in its place.</summary>
    public void ForgetReplaced()
    {
        if (Revalidation is { IsReplaced: true } replaced)
        {
            // A confirmation that is still under way must not bring it back.
            cache.Invalidations.Note(replaced.Under);
            Forget(replaced);
        }
    }

    /// <summary>A refresh that breaks off leaves the stale answer as it is: nobody has seen a newer one, and the server allows this one for its window.</summary>
    protected override void GiveUp()
    {
        if (call.Options is not { IsRefresh: true })
        {
            ForgetReplaced();
        }
    }

    /// <inheritdoc/>
    protected override void Keep(in ReceivedFields fields, HttpContent content, byte[] body)
    {
        if (IsLeading || !IsOutdated(Key))
        {
            StoredResponse complete = ResponseMerge.New(
                call.Response!, fields, content.Headers, cache.ReceptionOf(call), RequestFields, cache, body, Options.Heuristics, IsChosenBelow);
            complete.Anchor(call.AnsweredAt);
            Save(Key, complete);
        }
    }

    // Nobody waits for it, and it never fails: the guard of the store sees to that.
    private static void Observe(ValueTask operation)
    {
        if (!operation.IsCompleted)
        {
            _ = operation.AsTask();
        }
    }

    /// <summary>The caller gets a newer answer than the one that is stored.</summary>
    private bool IsReplacing => Revalidation is { IsReplaced: true };

    /// <summary>A write went by since this request began.</summary>
    private bool IsOutdated(in ResponseKey under) => cache.Invalidations.HasHappenedSince(under, _invalidations);

    private async Task SaveLaterAsync(GuardedStore store, ResponseKey under, StoredResponse complete)
    {
        if (IsReplacing)
        {
            store.Hide(under, this);
        }

        try
        {
            StoredResponses? others = await store.GetAsync(under, Options.StoreTimeout, CancellationToken.None).ConfigureAwait(false);
            await PutAndLookAgainAsync(Put(store, under, others, complete), store, under).ConfigureAwait(false);
        }
        finally
        {
            store.Show(under, this);
        }
    }

    /// <summary>A write that goes by while the store is at work removes what was there before; what is stored after that would come back to life.</summary>
    private async Task PutAndLookAgainAsync(ValueTask putting, GuardedStore store, ResponseKey under)
    {
        await putting.ConfigureAwait(false);
        if (IsOutdated(under))
        {
            await store.RemoveAsync(under, Options.StoreTimeout).ConfigureAwait(false);
        }
    }

    /// <summary>Two requests may have crossed: the older answer must not take the place of the newer one.</summary>
    private bool HasOvertaken(StoredResponse present, StoredResponse complete)
    {
        Clock clock = call.Client.Clock;
        present.Anchor(clock, clock.Now);
        return !present.WasReceivedBy(call.SentAt) && present.IsNewerThan(complete);
    }

    private ValueTask Put(GuardedStore store, in ResponseKey under, StoredResponses? others, StoredResponse complete)
    {
        if (others?.Find(RequestFields, cache.Digests) is { } present && HasOvertaken(present, complete))
        {
            return ValueTask.CompletedTask;
        }

        StoredResponses all = StoredResponses.With(others, complete, RequestFields, cache.Digests, Options.MaxVariants);
        return store.SetAsync(under, all, Retention.Of(all, Options), Options.StoreTimeout, isReplacing: IsReplacing);
    }
}
