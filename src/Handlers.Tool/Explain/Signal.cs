namespace Handlers.Tool.Explain;

/// <summary>One thing in an answer that says, or seems to say, something about limits.</summary>
/// <param name="Name">The header's name, or "body".</param>
/// <param name="Value">What it says; for a body only that it is there.</param>
/// <param name="Reason">What it did, or why it did nothing.</param>
internal sealed record Signal(string Name, string Value, string Reason);
