using System.Diagnostics.CodeAnalysis;

namespace Handlers.Idempotency;

/// <summary>
/// One call under way for everybody who asked with the same key. It runs on a token of its own, which fires when the last of them has left; so nobody's
/// cancellation fails anybody else.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing; disposing it would race with the last waiter's leaving.")]
internal sealed class Flight
{
    private readonly TaskCompletionSource<FlightEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly Lock _lock = new();
    private readonly List<ManualResetEventSlim> _blocked = [];
    private HttpResponseMessage? _raw;
    private bool _isLanded;
    private bool _leaderLeft;
    private int _leaderAttempts;
    private int _waiting;

    /// <param name="key">The leader's.</param>
    public Flight(CallKey key)
    {
        Key = key;
        Token = _abandoned.Token;
    }

    public CallKey Key { get; }

    public CancellationToken Token { get; }

    public Task<FlightEnd> End => _end.Task;

    private int Attempts => Key.Flight?.Attempts ?? 0;

    public void Board()
    {
        lock (_lock)
        {
            _waiting++;
        }
    }

    /// <summary>One waiter less; the last one ends the flight.</summary>
    public void Leave(bool leader)
    {
        HttpResponseMessage? unclaimed = null;
        bool last;
        lock (_lock)
        {
            last = --_waiting == 0 && !_isLanded;
            if (leader)
            {
                _leaderLeft = true;
                _leaderAttempts = Attempts;
                (unclaimed, _raw) = (_raw, null);
            }
        }

        unclaimed?.Dispose();
        if (last)
        {
            _abandoned.Cancel();
        }
    }

    /// <summary>The attempts that are the leader's: all of them, if it stays.</summary>
    public int LeaderAttempts()
    {
        lock (_lock)
        {
            return _leaderLeft ? _leaderAttempts : Attempts;
        }
    }

    /// <summary>Ends it before its time, whoever waits.</summary>
    public void Abandon() => _abandoned.Cancel();

    /// <summary>Ends the flight for all.</summary>
    /// <param name="end">How.</param>
    /// <param name="raw">An answer that can't be given twice: the leader's, or nobody's.</param>
    public void Land(FlightEnd end, HttpResponseMessage? raw)
    {
        lock (_lock)
        {
            _isLanded = true;
            _end.TrySetResult(end);
            if (!_leaderLeft)
            {
                (_raw, raw) = (raw, null);
            }

            foreach (ManualResetEventSlim signal in _blocked)
            {
                signal.Set();
            }
        }

        raw?.Dispose();
    }

    public HttpResponseMessage? TakeRaw()
    {
        lock (_lock)
        {
            HttpResponseMessage? raw = _raw;
            _raw = null;
            return raw;
        }
    }

    /// <summary>Waits on this thread, on a signal and a timer and never on a task. Null when the time was over first.</summary>
    public FlightEnd? Wait(Clock clock, TimeSpan left, CancellationToken token)
    {
        using var signal = new ManualResetEventSlim();
        lock (_lock)
        {
            _blocked.Add(signal);
            if (_isLanded)
            {
                signal.Set();
            }
        }

        try
        {
            using ITimer? timer = left == Timeout.InfiniteTimeSpan
                ? null
                : clock.Time.CreateTimer(static state => ((ManualResetEventSlim)state!).Set(), signal, left, Timeout.InfiniteTimeSpan);
            signal.Wait(token);
        }
        finally
        {
            lock (_lock)
            {
                _blocked.Remove(signal);
            }
        }

        return _end.Task.IsCompletedSuccessfully ? _end.Task.Result : null;
    }
}
