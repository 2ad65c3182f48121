using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>How many sends a provider as a whole can take in any second, whoever asks. Its twin's lock guards it.</summary>
internal sealed class UpstreamCapacity(IList<TwinCapacity> capacities)
{
    private readonly SlidingWindow _sends = new(double.PositiveInfinity, TimeSpan.FromSeconds(1));

    /// <summary>Takes a send in; what it exceeds, if it does, and then it takes no room.</summary>
    public TwinCapacity? TakeOrExceed(long now, TimeSpan age)
    {
        if (At(age) is { } capacity && !_sends.Fits(now, 1, capacity.At(age)))
        {
            return capacity;
        }

        _sends.Take(now, 1);
        return null;
    }

    /// <summary>Whether so many sends find room; ask in order of time.</summary>
    public bool HasRoom(long at, TimeSpan age, double sends) => At(age) is not { } capacity || _sends.Fits(at, sends, capacity.At(age));

    /// <summary>Whether so many sends will never find room from this age on. Capacities rise and fall in straight lines: it is enough to look where one begins or ends.</summary>
    public bool IsShut(TimeSpan age, double sends)
    {
        return capacities.SelectMany(static capacity => (TimeSpan[])[capacity.From, capacity.RampUntil, capacity.Until])
            .Where(at => at > age && at < TimeSpan.MaxValue)
            .Prepend(age)
            .All(at => At(at)?.At(at) < sends);
    }

    public void Take(long at, double sends) => _sends.Take(at, sends);

    // Where several hold, the tightest.
    private TwinCapacity? At(TimeSpan age) =>
        capacities.Where(capacity => age >= capacity.From && age < capacity.Until).MinBy(capacity => capacity.At(age));
}
