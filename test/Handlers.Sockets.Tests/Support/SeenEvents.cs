using System.Collections.Concurrent;

namespace Handlers.Sockets.Tests.Support;

/// <summary>What a call has told so far: a test goes on when something has happened, not when some time has passed.</summary>
internal sealed class SeenEvents : IProgress<ResilienceEvent>
{
    private readonly ConcurrentQueue<ResilienceEventKind> _kinds = new();

    public void Report(ResilienceEvent value) => _kinds.Enqueue(value.Kind);

    public bool Any(ResilienceEventKind kind) => _kinds.Contains(kind);
}
