using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Handlers;

/// <summary>
/// Our handlers that stand directly below one another, walked in one method: enter downwards, send, leave upwards for every handler entered, with the response
/// or the exception. A foreign handler in between makes two runs; the inner one works on a part of the call that it finds on the request.
/// </summary>
internal sealed class Run
{
    private readonly Link[] _links;
    private readonly Stages _mask;
    private readonly bool _innermost;

    private Run(ChainedHandler[] stages, bool innermost)
    {
        _links = Array.ConvertAll(stages, handler => new Link(handler, handler.Stage));
        _innermost = innermost;
        foreach (Link link in _links)
        {
            _mask |= link.Stage;
        }
    }

    private ChainedHandler Head => _links[0].Handler;

    public ChainedHandler Tail => _links[^1].Handler;

    public static Run From(ChainedHandler head)
    {
        (List<ChainedHandler> stages, Stages mask) = Neighbours(head);
        HttpMessageHandler? below = stages[^1].InnerHandler;
        while (below is DelegatingHandler and not ChainedHandler)
        {
            below = ((DelegatingHandler)below).InnerHandler;
        }

        bool innermost = true;
        Stages above = head.Above | mask;
        if (below is ChainedHandler next && (Neighbours(next).Mask & above) == 0)
        {
            // Added to: a call may begin in the middle of a run as well.
            next.Above |= above;
            innermost = false;
        }

        // With a stage that stands here too it is another client's chain, which makes calls of its own.
        return new Run([.. stages], innermost);
    }

    /// <summary>
    /// The call to walk with, or null when every handler here is switched off. It is <paramref name="outer"/>, the one under way on this message, if an outer run
    /// hands it on; else a new one, and if there is an outer one all the same, that is another client's.
    /// </summary>
    public Call? Begin(HttpRequestMessage request, bool synchronous, CancellationToken token, out Call? outer)
    {
        ArgumentNullException.ThrowIfNull(request);
        outer = null;
        if (Head.Above != 0 && Call.Of(request) is { } above && above.TryEnter(_mask, Head.Above))
        {
            outer = above;
            return above;
        }

        ClientPolicy policy = Head.Client.Policy;
        if ((policy.Enabled & _mask) == 0 && !Head.Client.HoldsTimeouts)
        {
            return null;
        }

        CallOptions? options = null;
        if (request.Options.TryGetValue(CallEntry.Key, out object? entry))
        {
            options = entry is Call another ? CallOptions.ForClientBelow(another) : entry as CallOptions;
            outer = entry is Call { IsUnderWay: true } underWay ? underWay : null;
        }

        if (CallScope.For(Head.Client.Name) is { } scope)
        {
            options = options?.Over(scope) ?? scope;
        }

        token.ThrowIfCancellationRequested();
        var call = new Call(Head.Client, policy, request, options, synchronous, token);
        if (!call.IsInner)
        {
            Head.Client.Neighbours.Began(call);
        }

        request.Options.Set(CallEntry.Key, call);
        call.Begin(_mask);
        return call;
    }

    public Task<HttpResponseMessage> SendOwnAsync(Call call) => CallSpan.IsWanted ? TracedAsync(call) : WalkAsync(call, 0, entry: true);

    public HttpResponseMessage SendOwn(Call call)
    {
        using Activity? span = CallSpan.IsWanted ? CallSpan.Start(call) : null;
        return Walk(call, 0, entry: true)!;
    }

    /// <summary>A call within another client's: the message is that one's again afterwards, or its report would tell of this one.</summary>
    public async Task<HttpResponseMessage> SendNestedAsync(Call call, Call outer)
    {
        HttpRequestMessage request = call.Request;
        try
        {
            return await SendOwnAsync(call).ConfigureAwait(false);
        }
        finally
        {
            request.Options.Set(CallEntry.Key, outer);
        }
    }

    public HttpResponseMessage SendNested(Call call, Call outer)
    {
        HttpRequestMessage request = call.Request;
        try
        {
            return SendOwn(call);
        }
        finally
        {
            request.Options.Set(CallEntry.Key, outer);
        }
    }

    public async Task<HttpResponseMessage> SendAdoptedAsync(Call call, HttpRequestMessage request, CancellationToken token)
    {
        Call part = call.Lend(_mask, request, token);
        try
        {
            await WalkAsync(part, 0, entry: false).ConfigureAwait(false);
        }
        finally
        {
            Return(call, part);
        }

        return HandUp(part);
    }

    public HttpResponseMessage SendAdopted(Call call, HttpRequestMessage request, CancellationToken token)
    {
        Call part = call.Lend(_mask, request, token);
        try
        {
            Walk(part, 0, entry: false);
        }
        finally
        {
            Return(call, part);
        }

        return HandUp(part);
    }

    /// <summary>The walk. From an entry it returns or throws what the caller gets; from a resend it leaves the outcome on the call.</summary>
    public async Task<HttpResponseMessage> WalkAsync(Call call, int from, bool entry)
    {
        int next = from;
        Step step = Step.Go;
        AttemptTimer timer = default;
        try
        {
            for (; next < _links.Length; next++)
            {
                Link link = _links[next];
                if (!call.Runs(link))
                {
                    continue;
                }

                ChainedHandler stage = link.Handler;
                step = stage.Enter(call);
                if (step == Step.Wait)
                {
                    step = await stage.WaitOnEnterAsync(call).ConfigureAwait(false);
                }

                if (step == Step.Answered)
                {
                    break;
                }
            }

            if (step != Step.Answered && Attempts.Begin(call, _innermost, out timer))
            {
                call.Succeed(await Tail.SendBelowAsync(call.Request, timer.Token).ConfigureAwait(false));
            }
        }
        catch (Exception failure)
        {
            call.Fail(failure);
        }

        // What a handler here answered was no trip: there is no time to note, and the clock is a good part of a hit's cost.
        if (step != Step.Answered || call.Response is null)
        {
            Attempts.End(call, ref timer, judge: next == _links.Length && !call.Runs(Stages.RateLimit, _mask));
        }

        for (int i = next - 1; i >= from; i--)
        {
            Link link = _links[i];
            ChainedHandler stage = link.Handler;
            try
            {
                if (call.Runs(link) && stage.Leave(call) == Step.Wait)
                {
                    await stage.WaitOnLeaveAsync(call, new Place(this, i + 1)).ConfigureAwait(false);
                }
            }
            catch (Exception failure)
            {
                call.Fail(failure);
                Judge.Failed(call);
            }
        }

        return entry ? Finish(call) : null!;
    }

    /// <summary>The same walk for <see cref="HttpClient.Send(HttpRequestMessage)"/>: it blocks on timers and locks, never on a task.</summary>
    public HttpResponseMessage? Walk(Call call, int from, bool entry)
    {
        int next = from;
        Step step = Step.Go;
        AttemptTimer timer = default;
        try
        {
            for (; next < _links.Length; next++)
            {
                Link link = _links[next];
                if (!call.Runs(link))
                {
                    continue;
                }

                ChainedHandler stage = link.Handler;
                step = stage.Enter(call);
                if (step == Step.Wait)
                {
                    step = stage.WaitOnEnter(call);
                }

                if (step == Step.Answered)
                {
                    break;
                }
            }

            if (step != Step.Answered && Attempts.Begin(call, _innermost, out timer))
            {
                call.Succeed(Tail.SendBelow(call.Request, timer.Token));
            }
        }
        catch (Exception failure)
        {
            call.Fail(failure);
        }

        if (step != Step.Answered || call.Response is null)
        {
            Attempts.End(call, ref timer, judge: next == _links.Length && !call.Runs(Stages.RateLimit, _mask));
        }

        for (int i = next - 1; i >= from; i--)
        {
            Link link = _links[i];
            ChainedHandler stage = link.Handler;
            try
            {
                if (call.Runs(link) && stage.Leave(call) == Step.Wait)
                {
                    stage.WaitOnLeave(call, new Place(this, i + 1));
                }
            }
            catch (Exception failure)
            {
                call.Fail(failure);
                Judge.Failed(call);
            }
        }

        return entry ? Finish(call) : null;
    }

    /// <summary>The handlers from this one on that stand directly below one another; a stage that comes again begins another chain.</summary>
    private static (List<ChainedHandler> Stages, Stages Mask) Neighbours(ChainedHandler head)
    {
        List<ChainedHandler> stages = [head];
        Stages mask = head.Stage;
        while (stages[^1].InnerHandler is ChainedHandler stage && (mask & stage.Stage) == 0)
        {
            stages.Add(stage);
            mask |= stage.Stage;
        }

        return (stages, mask);
    }

    // A method of its own: the current span is the caller's again where it was begun.
    private async Task<HttpResponseMessage> TracedAsync(Call call)
    {
        using Activity? span = CallSpan.Start(call);
        return await WalkAsync(call, 0, entry: true).ConfigureAwait(false);
    }

    /// <summary>What this run did becomes the call's, unless the handler between has gone on without it: then it ends by itself.</summary>
    private void Return(Call call, Call part)
    {
        if (call.TryTakeBack(part, _mask))
        {
            return;
        }

        part.Pass.Record(part);
        if (part.Response is null)
        {
            PacingHandler.GiveBack(part);
            part.EndBody();
        }
        else
        {
            Delivery.Prepare(part);
        }
    }

    private static HttpResponseMessage HandUp(Call call)
    {
        if (call.Exception is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return call.Response!;
    }

    private HttpResponseMessage Finish(Call call)
    {
        call.Exit(_mask);
        if (!call.IsInner)
        {
            Count(call);
        }

        Delivery.Prepare(call);
        return HandUp(call);
    }

    /// <summary>Who keeps count, or looks on, is told how the call ended.</summary>
    private static void Count(Call call)
    {
        CallOutcome outcome = CallOutcome.Succeeded;
        if (call.Exception is OperationCanceledException && call.Token.IsCancellationRequested)
        {
            outcome = CallOutcome.Cancelled;
            call.Client.Neighbours.GivenUp(call, call.Client.Clock.Between(call.StartedAt, call.Client.Clock.Now));
        }
        else if (call.Exception is not null || call.Judgement is { Kind: not VerdictKind.Ok, AlreadyDone: false })
        {
            outcome = CallOutcome.Failed;
            call.Client.Neighbours.Failed(call);
        }

        call.Client.Stats.Ended(call, outcome);
        call.Trace?.Ended(outcome);
    }

    /// <summary>A handler of the run and its stage: a virtual property is asked once, not twice per call.</summary>
    internal readonly record struct Link(ChainedHandler Handler, Stages Stage);
}
