namespace Handlers;

/// <summary>A stage's own place in the walk: whoever resends goes through the same walk from here downwards.</summary>
internal readonly struct Place(Run run, int next)
{
    /// <summary>Sends the call again through everything below. The outcome is on the call; nothing is thrown.</summary>
    public Task SendAsync(Call call) => run.WalkAsync(call, next, entry: false);

    public void Send(Call call) => run.Walk(call, next, entry: false);
}
