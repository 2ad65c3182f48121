namespace Handlers.Tests.Support;

/// <summary>Somebody else's handler, which does nothing: where it stands between ours, they are two runs.</summary>
internal sealed class Passing : DelegatingHandler;
