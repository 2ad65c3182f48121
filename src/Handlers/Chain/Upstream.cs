using Handlers.CircuitBreaker;

namespace Handlers;

/// <summary>One upstream of a client: its name, made once, and its circuit.</summary>
internal sealed record Upstream(Authority Key, string Name, Circuit Circuit);
