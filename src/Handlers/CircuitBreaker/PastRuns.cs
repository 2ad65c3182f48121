namespace Handlers.CircuitBreaker;

/// <summary>
/// The runs of failures that ended with a success, while a circuit stays closed: what its <see cref="UsualFailures"/> are learned from. Guarded by the circuit's lock.
/// </summary>
/// <remarks>
/// Of an outage the beginning looks like a share of failures, because successes of attempts that left before it still come. So the last two slices of time, each as
/// long as a success may take to come, count only when the circuit is still closed after them.
/// </remarks>
internal sealed class PastRuns(UsualFailures usual, long succeeded)
{
    private long _succeeded = succeeded;
    private int _run;
    private TimeSpan _sliceSince;
    private (double Failed, double Results) _slice;
    private (double Failed, double Results) _last;

    /// <summary>A failure came.</summary>
    /// <param name="inARow">How many it makes in a row.</param>
    /// <param name="succeededNow">How many successes there have been.</param>
    /// <param name="slice">How long a success may take to come.</param>
    /// <param name="now">Now.</param>
    public void Failed(int inARow, long succeededNow, TimeSpan slice, TimeSpan now)
    {
        if (inARow <= _run || _run == 0)
        {
            if (now - _sliceSince >= slice)
            {
                usual.Learn(_last.Failed, _last.Results);
                _last = _slice;
                _slice = default;
                _sliceSince = now;
            }

            _slice = (_slice.Failed + _run, _slice.Results + _run + succeededNow - _succeeded);
            _succeeded = succeededNow;
        }

        _run = inARow;
    }

    /// <summary>What came until now says nothing: the load made it fail.</summary>
    public void Skip(long succeededNow)
    {
        _succeeded = succeededNow;
        _run = 0;
    }
}
