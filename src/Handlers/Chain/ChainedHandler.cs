using System.ComponentModel;

namespace Handlers;

/// <summary>
/// The base of the eight handlers. Neighbours in one chain melt: the outermost walks them all in one asynchronous method (see <c>Run</c>); each handler says
/// what it does on the way down and on the way up. A handler alone is a walk of one.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ChainedHandler : DelegatingHandler
{
    private Run? _run;

    private protected ChainedHandler(ClientState client) => Client = client;

    internal ClientState Client { get; }

    internal abstract Stages Stage { get; }

    /// <summary>What stands in the runs above this handler whose calls it takes over; they found it when they looked down.</summary>
    internal Stages Above { get; set; }

    /// <summary>On the way down. Must not wait.</summary>
    internal virtual Step Enter(Call call) => Step.Go;

    /// <summary>On the way up, with the outcome on the call, for every handler that was entered. Must not wait.</summary>
    internal virtual Step Leave(Call call) => Step.Go;

    internal virtual ValueTask<Step> WaitOnEnterAsync(Call call) => throw new InvalidOperationException($"{GetType().Name} never waits on enter.");

    internal virtual Step WaitOnEnter(Call call) => throw new InvalidOperationException($"{GetType().Name} never waits on enter.");

    internal virtual ValueTask WaitOnLeaveAsync(Call call, Place below) => throw new InvalidOperationException($"{GetType().Name} never waits on leave.");

    internal virtual void WaitOnLeave(Call call, Place below) => throw new InvalidOperationException($"{GetType().Name} never waits on leave.");

    internal Task<HttpResponseMessage> SendBelowAsync(HttpRequestMessage request, CancellationToken token) => base.SendAsync(request, token);

    internal HttpResponseMessage SendBelow(HttpRequestMessage request, CancellationToken token) => base.Send(request, token);

    /// <summary>A call of its own that begins at this handler.</summary>
    internal Task<HttpResponseMessage> SendInsideAsync(HttpRequestMessage request, CancellationToken token) => SendAsync(request, token);

    internal HttpResponseMessage SendInside(HttpRequestMessage request, CancellationToken token) => Send(request, token);

    /// <summary>The options that hold for a call at this handler: the call's own, unless this handler was configured apart from the outermost.</summary>
    internal ClientPolicy PolicyOf(Call call) => ReferenceEquals(call.Client, Client) ? call.Policy : Client.Policy;

    /// <inheritdoc/>
    protected sealed override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Run run = _run ??= Run.From(this);
        Call? call = run.Begin(request, synchronous: false, cancellationToken, out Call? outer);
        return call is null ? run.Tail.SendBelowAsync(request, cancellationToken)
            : outer is null ? run.SendOwnAsync(call)
            : ReferenceEquals(call, outer) ? run.SendAdoptedAsync(call, request, cancellationToken)
            : run.SendNestedAsync(call, outer);
    }

    /// <inheritdoc/>
    protected sealed override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Run run = _run ??= Run.From(this);
        Call? call = run.Begin(request, synchronous: true, cancellationToken, out Call? outer);
        return call is null ? run.Tail.SendBelow(request, cancellationToken)
            : outer is null ? run.SendOwn(call)
            : ReferenceEquals(call, outer) ? run.SendAdopted(call, request, cancellationToken)
            : run.SendNested(call, outer);
    }
}
