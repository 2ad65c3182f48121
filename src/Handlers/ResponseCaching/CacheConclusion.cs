using System.Net;
using System.Net.Sockets;

namespace Handlers.ResponseCaching;

/// <summary>The way up: what becomes of the server's answer, or of its absence.</summary>
internal sealed class CacheConclusion(ClientState client, ResponseCache cache, CacheLookup lookup)
{
    private readonly StorageCheck _storage = new(client, cache);

    /// <summary>Decides about the outcome on the call. Where that takes waiting, the visit says for what.</summary>
    public Step Conclude(Call call, CacheVisit visit)
    {
        visit.Task = CacheTask.None;
        bool wasConditional = visit.Revalidation is { IsConditional: true };
        visit.Revalidation?.GiveBack(call);
        if (call.Response is not { } response)
        {
            ConcludeFailure(call, visit);
            return Step.Go;
        }

        if (call.AnsweredBy is not null)
        {
            // It says nothing about what this upstream has, nor about what is stored of it.
            Unshared(call, visit, Storability.Substitute);
            return Step.Go;
        }

        if ((int)response.StatusCode >= 500 && TryStandIn(call, visit))
        {
            cache.Flights.Land(visit, FlightOutcome.Failed);
            return Step.Go;
        }

        if (visit.Revalidation is null && StoragePolicy.AtAGlance(response) is not Storability.Store and var objection)
        {
            Unshared(call, visit, objection);
            return Step.Go;
        }

        ResponseHead head = default;
        head.Read(response, out ReceivedFields fields);
        Step step = wasConditional && response.StatusCode == HttpStatusCode.NotModified
            ? Confirm(call, visit, visit.Revalidation!, response, head, fields)
            : Receive(call, visit, response, head, ref fields);
        fields.Return();
        return step;
    }

    /// <summary>No answer came: a stored one may stand in for it.</summary>
    public void ConcludeFailure(Call call, CacheVisit visit)
    {
        bool callerLeft = call.Token.IsCancellationRequested || call.Exception is CallTimeoutException { IsDeadline: true };
        TryStandIn(call, visit);
        cache.Flights.Land(visit, callerLeft ? FlightOutcome.CallerLeft : FlightOutcome.Failed);
    }

    /// <summary>RFC 9111 §4.3.4: a 304 confirms what is stored, or speaks of something else; then the question is asked again without our condition.</summary>
    private Step Confirm(
        Call call, CacheVisit visit, Revalidation revalidation, HttpResponseMessage response, in ResponseHead head, in ReceivedFields fields)
    {
        StoredResponse stored = revalidation.Stored;
        if (!Validators.Identify(head, stored.ETag, stored.LastModified))
        {
            visit.Task = CacheTask.FetchAgain;
            return Step.Wait;
        }

        RequestHead request = lookup.Read(call, cache.PolicyOf(call), call.Options?.Cache);
        SelectingFields? selecting = head.Vary.IsEmpty ? null
            : SelectingFields.Of(VaryNames.Parse(head.Vary), call.Original.Headers, cache.Digests, _storage.IsChosenBelow(call, visit, response, head));
        StoredResponse confirmed = ResponseMerge.Confirmed(stored, fields, response.Content.Headers, head, cache.ReceptionOf(call), selecting, visit.Options.Heuristics);
        confirmed.Anchor(call.AnsweredAt);
        bool isStored = _storage.AddedBelow(call, visit, response) is null && !head.Directives.NoStore && !VaryNames.IsStar(head.Vary);
        if (isStored)
        {
            visit.Save(revalidation.Under, confirmed);
        }
        else
        {
            visit.Forget(revalidation);
        }

        TimeSpan age = confirmed.AgeAt(client.Clock, call.Now);
        response.Dispose();
        call.Succeed(CachedAnswer.Make(confirmed, call.Request, request, visit.Key.IsHead, age));
        CacheLookup.Mark(call, CacheStatusField.Revalidated(
            visit.Why, (int)HttpStatusCode.NotModified, TimeSpan.FromSeconds(confirmed.Freshness.Lifetime) - age, null));
        cache.Flights.Land(visit, isStored ? FlightOutcome.Stored : FlightOutcome.NotShared);
        return Step.Go;
    }

    /// <summary>A full answer: it goes to the caller as it came, and into the store if it may.</summary>
    private Step Receive(Call call, CacheVisit visit, HttpResponseMessage response, in ResponseHead head, ref ReceivedFields fields)
    {
        // The clock is not looked at for a lifetime that is given in seconds.
        DateTimeOffset received = head.Directives.MaxAge == DeltaSeconds.None ? cache.ReceptionOf(call).At : default;
        Freshness freshness = Freshness.Of(head, received, visit.Options.Heuristics);
        Storability storability = _storage.Judge(call, visit, response, head, freshness);
        if (storability == Storability.Store && visit.Key.IsHead && visit.Revalidation is { Under.IsHead: false } whole && Freshen(call, visit, whole, response, head, fields))
        {
            CacheLookup.Mark(call, CacheStatusField.Forwarded(visit.Why, stored: true));
            return Step.Go;
        }

        // Parts that only the server could put together may be those of what is stored.
        visit.Revalidation?.IsReplaced = head.Status is (>= 200 and < 300) or 404 or 410 && !(visit.Why == Forward.Bypass && head.Status == 206);
        if (storability != Storability.Store)
        {
            visit.ForgetReplaced();
            Unshared(call, visit, storability);
            return Step.Go;
        }

        bool isEmpty = visit.Key.IsHead || response.StatusCode == HttpStatusCode.NoContent || head.ContentLength is "0";
        visit.Begin(response.Content, fields, isEmpty ? 0 : StorageCheck.Declared(head));
        fields = default;
        bool isReusable = !head.Directives.NoCache && freshness.Lifetime > 0 && !visit.IsChosenBelow;
        cache.Flights.Note(visit.Key, isReusable);
        CacheLookup.Mark(call, visit.HasWaited ? CacheStatusField.ForwardedAlone(visit.Why) : CacheStatusField.Forwarded(visit.Why, stored: true));
        if (isEmpty)
        {
            visit.End();
        }
        else if (Delivery.HasEnded(call, response))
        {
            CopyAtOnce(visit, response);
        }
        else if (isReusable && visit.IsLeading && !cache.Flights.TryLand(visit))
        {
            call.Watcher = visit;
            visit.Task = CacheTask.Share;
            return Step.Wait;
        }
        else
        {
            call.Watcher = visit;
        }

        cache.Flights.Land(visit, isReusable && visit.HasBrought ? FlightOutcome.Stored : FlightOutcome.NotShared);
        return Step.Go;
    }

    /// <summary>RFC 9111 §4.3.5: a HEAD tells whether the stored GET is still good; if not, it is forgotten.</summary>
    private bool Freshen(
        Call call, CacheVisit visit, Revalidation whole, HttpResponseMessage response, in ResponseHead head, in ReceivedFields fields)
    {
        StoredResponse stored = whole.Stored;

        // Who was asked by our validators and answers 200 has another, or heeds no conditions: then one of them has to come back.
        bool same = head.Status == stored.Status && head.Status == (int)HttpStatusCode.OK
            && (!stored.HasValidator || head.ETag is not null || head.LastModified is not null)
            && (head.ETag is null || head.ETag == stored.ETag)
            && (head.LastModified is null || head.LastModified == stored.LastModified)
            && (head.ContentLength is null || head.ContentLength == stored.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (!same)
        {
            visit.Forget(whole);
            return false;
        }

        StoredResponse confirmed = ResponseMerge.Confirmed(stored, fields, response.Content.Headers, head, cache.ReceptionOf(call), null, visit.Options.Heuristics);
        confirmed.Anchor(call.AnsweredAt);
        visit.Save(whole.Under, confirmed);
        return true;
    }

    /// <summary>The body is in memory already; it is stored whether the caller reads it or not.</summary>
    private static void CopyAtOnce(BodyCopy copy, HttpResponseMessage response)
    {
        using var stream = new WatchedStream(Stream.Null, copy);
        response.Content.CopyTo(stream, null, CancellationToken.None);
        copy.End();
    }

    private void Unshared(Call call, CacheVisit visit, Storability storability)
    {
        cache.Flights.Note(visit.Key, shareable: false);
        cache.Flights.Land(visit, FlightOutcome.NotShared);
        CacheLookup.Mark(call, storability switch
        {
            Storability.AccountUnknown => CacheStatusField.Forwarded(visit.Why, "account-unknown"),
            Storability.Redirected => CacheStatusField.Forwarded(visit.Why, "redirected"),
            Storability.ChosenBelow => CacheStatusField.Forwarded(visit.Why, "chosen-below"),
            _ when visit.HasWaited => CacheStatusField.ForwardedAlone(visit.Why),
            _ => CacheStatusField.Forwarded(visit.Why, stored: false),
        });
    }

    /// <summary>Uses the stored answer in place of the failure on the call, if it may be.</summary>
    private bool TryStandIn(Call call, CacheVisit visit)
    {
        if (visit.Revalidation is not { Stored: { } stored } || call.Options is { IsRefresh: true } || call.Token.IsCancellationRequested
            || call.Exception is not (null or HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException))
        {
            return false;
        }

        RequestHead request = lookup.Read(call, cache.PolicyOf(call), call.Options?.Cache);
        if (CachedAnswer.IsBeyondUs(request, visit.Key.IsHead, stored))
        {
            return false;
        }

        ReuseFacts facts = stored.FactsFor(request.Directives, visit.Options, client.Clock, call.Now);
        bool outOfReach = call.Exception is not (null or QuotaRejectedException);
        if (!ReusePolicy.MayServeOnError(facts, visit.Options.StaleIfError, visit.Options.StaleOnDisconnect && outOfReach))
        {
            return false;
        }

        string cause = call.Exception?.GetType().Name ?? $"the server answered {(int)call.Response!.StatusCode}";
        int? status = call.Response is { } failed ? (int)failed.StatusCode : null;
        call.Replace(CachedAnswer.Make(stored, call.Request, request, visit.Key.IsHead, facts.Age));
        CacheLookup.Mark(call, CacheStatusField.Revalidated(visit.Why, status, TimeSpan.FromSeconds(facts.Lifetime) - facts.Age, "stale-if-error"));
        CachingLog.ServedStale(client.Logger, call.Operation, cause);
        return true;
    }
}
