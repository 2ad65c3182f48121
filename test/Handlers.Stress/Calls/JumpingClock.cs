namespace Handlers.Stress.Calls;

/// <summary>The system's time on a machine whose wall clock somebody sets, again and again; timestamps and timers go on evenly.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + new TimeSpan(Volatile.Read(ref _ahead));

    public void JumpTo(TimeSpan ahead) => Volatile.Write(ref _ahead, ahead.Ticks);
}
