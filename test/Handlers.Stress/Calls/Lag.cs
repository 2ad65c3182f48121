namespace Handlers.Stress.Calls;

/// <summary>How late this process's own timers are: nobody's call can end sooner after its deadline than that.</summary>
internal sealed class Lag
{
    private const int Remembered = 256;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private readonly long[] _late = new long[Remembered];
    private long _beat = TimeProvider.System.GetTimestamp();

    public TimeSpan Worst { get; private set; }

    /// <summary>The worst of the last five seconds, a beat that is late right now included: who was stopped together with it may be asked first.</summary>
    public TimeSpan Recent
    {
        get
        {
            TimeSpan worst = new(_late.Max());
            TimeSpan now = TimeProvider.System.GetElapsedTime(Volatile.Read(ref _beat)) - Beat;
            return now > worst ? now : worst;
        }
    }

    public async Task WatchAsync(CancellationToken stop)
    {
        for (int i = 0; !stop.IsCancellationRequested; i = (i + 1) % Remembered)
        {
            long from = TimeProvider.System.GetTimestamp();
            Volatile.Write(ref _beat, from);
            await Task.Delay(Beat, TimeProvider.System, CancellationToken.None);
            TimeSpan late = TimeProvider.System.GetElapsedTime(from) - Beat;
            Volatile.Write(ref _late[i], late.Ticks);
            Worst = late > Worst ? late : Worst;
        }
    }
}
