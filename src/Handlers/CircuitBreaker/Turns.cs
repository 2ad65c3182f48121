namespace Handlers.CircuitBreaker;

/// <summary>
/// Whose turn it is while more calls wait than may pass: those that are due first. Waiting calls ask again and again and are known only from that, so the ones
/// refused in one slot tell up to which deadline the places of the next one will do. Guarded by the circuit's lock.
/// </summary>
/// <remarks>
/// A call that asks n times in a slot counts n times a part: as long as it is told to wait, by the slot's length. Who gave up asks no more and is forgotten with
/// the slot, so nobody has to be told of it.
/// </remarks>
internal sealed class Turns(TimeSpan slot, TimeSpan now)
{
    private const int Bins = 256;
    private static readonly TimeSpan Width = Urgency.Longest / 240;

    private readonly double[] _waiting = new double[Bins];
    private TimeSpan _since = now;
    private TimeSpan _last = TimeSpan.MaxValue;

    /// <summary>Everybody else is due later than what the places will do for, or so soon that no answer would come in time.</summary>
    public bool IsTurnOf(TimeSpan due, TimeSpan first) => _last == TimeSpan.MaxValue || (due >= first && due <= _last);

    public void Refused(TimeSpan due, TimeSpan wait) =>
        _waiting[(int)Math.Clamp((due - _since) / Width, 0, Bins - 1)] += wait / slot;

    /// <summary>A slot begins.</summary>
    /// <param name="now">Now.</param>
    /// <param name="first">Who is due before that can't be served any more.</param>
    /// <param name="places">How many will pass.</param>
    public void Begin(TimeSpan now, TimeSpan first, double places)
    {
        _last = TimeSpan.MaxValue;
        double sum = 0;
        for (int i = (int)Math.Clamp((first - _since) / Width, 0, Bins - 1); i < Bins; i++)
        {
            sum += _waiting[i];
            if (sum >= places)
            {
                _last = _since + (Width * (i + 1));
                break;
            }
        }

        Array.Clear(_waiting);
        _since = now;
    }
}
