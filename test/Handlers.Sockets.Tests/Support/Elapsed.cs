namespace Handlers.Sockets.Tests.Support;

/// <summary>Real time since its creation.</summary>
internal sealed class Elapsed
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public TimeSpan Now => TimeProvider.System.GetElapsedTime(_start);
}
