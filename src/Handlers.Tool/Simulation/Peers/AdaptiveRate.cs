namespace Handlers.Tool.Simulation.Peers;

/// <summary>The client-side rate limiter of AWS's adaptive retry mode (botocore <c>ClientRateLimiter</c>). Times in seconds.</summary>
internal sealed class AdaptiveRate(TimeProvider time) : IDisposable
{
    private const double Smoothing = 0.8;
    private const double LeastRate = 0.5;
    private const double LeastCapacity = 1;
    private const double StartingMax = 0.5;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly long _start = time.GetTimestamp();
    private readonly CubicRate _cubic = new(StartingMax, start: 0);
    private double _measured;
    private double _lastSlot;
    private int _inSlot;
    private bool _enabled;
    private double _fillRate = LeastRate;
    private double _capacity = LeastCapacity;
    private double _tokens;
    private double _filledAt;

    private double Now => time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Waits for a token, once there has been a refusal.</summary>
    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        if (!_enabled)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (Fill(); _tokens < 1; Fill())
            {
                // Rounded up: a wait that ends an instant too soon would be repeated without end.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((1 - _tokens) / _fillRate * 1000)), time, cancellationToken).ConfigureAwait(false);
            }

            _tokens--;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>An answer has come.</summary>
    public void Received(bool isRefusal)
    {
        double now = Now;
        Measure(now);
        double rate;
        if (isRefusal)
        {
            rate = _cubic.Refused(_enabled ? Math.Min(_measured, _fillRate) : _measured, now);
            _enabled = true;
        }
        else
        {
            rate = _cubic.Succeeded(now);
        }

        Fill();
        _fillRate = Math.Max(LeastRate, Math.Min(rate, 2 * _measured));
        _capacity = Math.Max(_fillRate, LeastCapacity);
        _tokens = Math.Min(_tokens, _capacity);
    }

    public void Dispose() => _turn.Dispose();

    private void Measure(double now)
    {
        double slot = Math.Floor(now * 2) / 2;
        _inSlot++;
        if (slot > _lastSlot)
        {
            _measured = (_inSlot / (slot - _lastSlot) * Smoothing) + (_measured * (1 - Smoothing));
            _inSlot = 0;
            _lastSlot = slot;
        }
    }

    private void Fill()
    {
        double now = Now;
        _tokens = Math.Min(_capacity, _tokens + ((now - _filledAt) * _fillRate));
        _filledAt = now;
    }
}
