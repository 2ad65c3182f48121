namespace Handlers.Tool.Simulation.Peers;

/// <summary>Lets callers pass in order of arrival, no two within an interval.</summary>
internal sealed class IntervalGate(TimeSpan interval, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private long _next = time.GetTimestamp();

    public async Task PassAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            TimeSpan wait = time.GetElapsedTime(time.GetTimestamp(), _next);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }

            _next = time.GetTimestamp() + (long)(interval.TotalSeconds * time.TimestampFrequency);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
