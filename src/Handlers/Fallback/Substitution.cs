using System.Diagnostics.CodeAnalysis;
using Handlers.Providers;
using Handlers.Wire;

namespace Handlers.Fallback;

/// <summary>
/// One call's way through those who may answer in its place. Written once for both ways of sending: a synchronous call passes <c>false</c> for <c>mayWait</c>,
/// and then nothing here ever waits for a task.
/// </summary>
[SuppressMessage("Performance", "CA1849:Call async methods when in an async method", Justification = "One text for both ways of sending: the blocking calls are the synchronous one's.")]
internal sealed class Substitution(FallbackHandler handler, Call call, bool mayWait)
{
    private readonly ClientState _client = handler.Client;
    private readonly ClientPolicy _policy = handler.PolicyOf(call);
    private readonly string _cause = call.Judgement!.Why;
    private int _tried;

    private FallbackOptions Options => _policy.Options.Fallback;

    public async Task RunAsync()
    {
        if (_policy.FallbackModels.Length > 0 && await TryModelsAsync().ConfigureAwait(false))
        {
            return;
        }

        if (Options.Client is { } client && await TryAsync($"client {client}", token => AskClientAsync(client, token)).ConfigureAwait(false))
        {
            return;
        }

        if (Options.Route is not { } route)
        {
            return;
        }

        if (mayWait)
        {
            await TryAsync("route", token => AskRouteAsync(route, token)).ConfigureAwait(false);
        }
        else
        {
            _client.SayRoutePassedOver();
        }
    }

    private async ValueTask<bool> TryModelsAsync()
    {
        Uri uri = call.Original.Uri!;
        ReadOnlyMemory<byte> body = await BodyAsync().ConfigureAwait(false);
        string? asked = ModelSwap.ModelOf(uri, body.Span);
        if (asked is null)
        {
            return false;
        }

        string[] models = ModelSwap.After(asked, _policy.FallbackModels).ToArray();
        foreach (string model in models)
        {
            if (await TryAsync($"model {model}", token => AskModelAsync(model, body, token)).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Asks one of them; true when the call has its outcome.</summary>
    private async ValueTask<bool> TryAsync(string answerer, Func<CancellationToken, ValueTask<SubstituteAnswer>> ask)
    {
        TimeSpan left = call.Left;
        if (left == TimeSpan.Zero || call.Token.IsCancellationRequested)
        {
            return false;
        }

        // The answer in hand may still come: who asks in its place must not wait for the slot that it holds.
        _client.State.Ledger.Release(ref call.Grant);
        _tried++;
        SubstituteAnswer answer;
        using (var late = new CancellationTokenSource(left, _client.Clock.Time))
        {
            using CancellationTokenRegistration link = call.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), late);
            try
            {
                answer = await ask(late.Token).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                answer = new SubstituteAnswer(null, failure, null);
            }
        }

        call.Now = _client.Clock.Now;
        if (answer.Failure is OperationCanceledException && !call.Token.IsCancellationRequested && call.Left == TimeSpan.Zero)
        {
            answer = answer with { Failure = Refusals.DeadlinePassed(call) };
        }

        if (answer is { Response: null, Failure: null })
        {
            return false;
        }

        Judgement judged = answer.JudgementFor(call);
        bool answered = answer.Response is not null && judged.Kind == VerdictKind.Ok;
        bool mayHaveHappened = answer.Call?.MayHaveHappened ?? (!answered && SubstituteAnswer.IsUnknown(judged));
        if (!answered)
        {
            if (mayHaveHappened && answer.Call is null)
            {
                answer = answer.AsUnknown();
                judged = judged with { Kind = VerdictKind.Transient };
            }

            FallbackLog.FallbackFailed(_client.Logger, call.Operation, answerer, judged.Why);

            // A definite no leaves the first failure as it is. What may have happened there is the outcome: the caller must not take it for undone.
            if (!mayHaveHappened || FallbackRules.IsRead(call))
            {
                answer.Response?.Dispose();
                return HasCallerLeft(answer.Failure);
            }
        }
        else
        {
            FallbackLog.FellBack(_client.Logger, call.Operation, answerer, _cause);
            _client.Stats.FellBack();
            call.Trace?.FellBack(answerer, _cause);
        }

        Take(answer, judged, answerer);
        return true;
    }

    /// <summary>Then the first failure is not his answer: whoever cancels gets the cancellation.</summary>
    private bool HasCallerLeft(Exception? failure)
    {
        if (!call.Token.IsCancellationRequested)
        {
            return false;
        }

        call.EndBody();
        call.Fail(new TaskCanceledException("The caller gave up while somebody else was asked in the upstream's place.", failure, call.Token));
        call.Judgement = Judge.OfFailure(call.Exception!, callerGaveUp: true) with { NotExecuted = true };
        return true;
    }

    private void Take(in SubstituteAnswer answer, Judgement judged, string answerer)
    {
        if (answer.Call is { } sent)
        {
            call.Adopt(sent);
        }

        call.AnsweredBy = answerer;
        call.EndBody();
        if (answer.Response is { } response)
        {
            call.Response?.Dispose();

            // So that the report is this call's.
            response.RequestMessage = call.Request;
            call.Succeed(response);
        }
        else
        {
            call.Fail(answer.Failure!);
        }

        call.Judgement = judged;
    }

    private async ValueTask<SubstituteAnswer> AskModelAsync(string model, ReadOnlyMemory<byte> body, CancellationToken token)
    {
        HttpRequestMessage request = call.CopyForAnother();
        if (ModelSwap.InAddress(request.RequestUri!, model) is { } address)
        {
            request.RequestUri = address;
        }
        else if (ModelSwap.InBody(body.Span, model) is { } changed)
        {
            request.Content = SubstituteRequest.Like(call.Original.Content!, changed);
        }

        // The same client, from here downwards: the same circuit and retries, the other model's quota.
        CallKey? key = DerivedKey(request);
        request.SetCallOptions(CallOptions.Inside(call.Options, Deadline(), key, isInner: true, isFallback: true, number: call.Trace?.Number ?? 0));
        return await SendAsync(request, static (request, to, mayWait, token) =>
            mayWait ? to.SendInsideAsync(request, token) : Task.FromResult(to.SendInside(request, token)), handler, token).ConfigureAwait(false);
    }

    private async ValueTask<SubstituteAnswer> AskClientAsync(string name, CancellationToken token)
    {
        HttpClient client = _client.State.Clients!(name);
        HttpRequestMessage request = SubstituteRequest.ForOthers(call);
        if (client.BaseAddress is { } home)
        {
            if (QueryCredentials.Doubtful(call.Original.Uri!) is { } parameter)
            {
                FallbackLog.FallbackFailed(
                    _client.Logger, call.Operation, $"client {name}", $"the query parameter \"{parameter}\" may be a key of this client's; Fallback.Route can translate it");
                return default;
            }

            // Not resolved against it: a path that begins with two slashes would name another host.
            request.RequestUri = new Uri(home.GetLeftPart(UriPartial.Authority) + QueryCredentials.Without(call.Original.Uri!));
        }

        CallOptions own = CallOptions.Inside(call.Options, Deadline(), isFallback: true).ForAnother(call.Key is { Identity: not null } key ? Derived(key) : null);
        request.SetCallOptions(own);
        return await SendAsync(request, static (request, to, mayWait, token) => mayWait
            ? to.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token)
            : Task.FromResult(to.Send(request, HttpCompletionOption.ResponseHeadersRead, token)), client, token).ConfigureAwait(false);
    }

    private async ValueTask<SubstituteAnswer> AskRouteAsync(Func<HttpRequestMessage, CallReport, CancellationToken, ValueTask<HttpResponseMessage?>> route, CancellationToken token)
    {
        Task<HttpResponseMessage?> asked = route(SubstituteRequest.ForOthers(call), new CallReport(call), token).AsTask();
        try
        {
            // It is the app's code, and may not look at its token.
            HttpResponseMessage? response = await asked.WaitAsync(token).ConfigureAwait(false);
            return new SubstituteAnswer(response, null, response?.RequestMessage is { } sent ? Call.Of(sent) : null);
        }
        catch
        {
            _ = asked.ContinueWith(DropLate, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>What comes when nobody waits any more; a failure is looked at, so that nobody else is alarmed.</summary>
    private static void DropLate(Task<HttpResponseMessage?> asked)
    {
        if (asked.IsCompletedSuccessfully)
        {
            asked.Result?.Dispose();
        }
        else
        {
            _ = asked.Exception;
        }
    }

    private async ValueTask<SubstituteAnswer> SendAsync<TTo>(
        HttpRequestMessage request, Func<HttpRequestMessage, TTo, bool, CancellationToken, Task<HttpResponseMessage>> send, TTo to, CancellationToken token)
    {
        HttpResponseMessage? response = null;
        Exception? failure = null;
        try
        {
            response = await send(request, to, mayWait, token).ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        return new SubstituteAnswer(response, failure, Call.Of(request));
    }

    /// <summary>Another request needs another key; one that follows from the first, so that a repetition of all this carries it again.</summary>
    private CallKey? DerivedKey(HttpRequestMessage request)
    {
        if (call.Key is not { } key)
        {
            return null;
        }

        string text = Derived(key);
        var derived = new CallKey { Text = text, Shown = $"{key.Shown}/{_tried}", Header = key.Header, IsHonoured = key.IsHonoured };
        if (key.Header is { } header)
        {
            request.Headers.Remove(header);
            request.Headers.TryAddWithoutValidation(header, KeyText.OnTheWire(text, _policy.Options.Idempotency.Quoted));
        }

        return derived;
    }

    private string Derived(CallKey key) => $"{key.Text}/{_tried}";

    private TimeSpan? Deadline() => call.Left is var left && left == Timeout.InfiniteTimeSpan ? null : left;

    /// <summary>The JSON that was asked with; empty when it can't be seen.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> BodyAsync()
    {
        HttpContent? content = call.Original.Content;
        if (RequestBody.TryPeek(content, out ReadOnlyMemory<byte> seen))
        {
            return seen;
        }

        if (content is null || !RequestBody.IsJson(content) || content.Headers.ContentLength is null or > JsonBody.MaxBytes)
        {
            return default;
        }

        var copy = new MemoryStream();
        if (mayWait)
        {
            await content.CopyToAsync(copy, call.Token).ConfigureAwait(false);
        }
        else
        {
            content.CopyTo(copy, context: null, call.Token);
        }

        return copy.GetBuffer().AsMemory(0, (int)copy.Length);
    }
}
