namespace Handlers.Testing;

/// <summary>What somebody drives <see cref="VirtualTime"/> towards: the end of a task, or an instant.</summary>
internal sealed class VirtualGoal(Task? task, long until, string what)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The task to wait for; null for a goal that is an instant.</summary>
    internal Task? Task { get; } = task;

    internal long Until { get; } = until;

    internal string What { get; } = what;

    internal Task Reached => _reached.Task;

    internal void Complete() => _reached.TrySetResult();

    internal void Fail(Exception error) => _reached.TrySetException(error);
}
