namespace Handlers.Sockets.Tests.Support;

/// <summary>Real time since its creation.</summary>
internal sealed class Elapsed
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public TimeSpan Now => TimeProvider.System.GetElapsedTime(_start);

    /// <summary>When a timer fires that nothing else depends on: how late they are on this machine now.</summary>
    public async Task<TimeSpan> AfterAsync(TimeSpan time)
    {
        await Task.Delay(time, TimeProvider.System);
        return Now;
    }
}
