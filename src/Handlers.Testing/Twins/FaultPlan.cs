namespace Handlers.Testing;

/// <summary>What goes wrong at a twin, and when. Its lock guards it.</summary>
/// <param name="faults">What goes wrong from the start.</param>
/// <param name="draw">The twin's chance: from 0 to 1.</param>
internal sealed class FaultPlan(IEnumerable<TwinFault> faults, Func<double> draw)
{
    private readonly List<(TwinFault Fault, int Struck)> _faults = [.. faults.Select(static fault => (fault, 0))];

    /// <summary>How many sends a success takes on average, where a share of them fails all the time.</summary>
    public double SendsPerSuccess
    {
        get
        {
            double served = 1;
            foreach ((TwinFault fault, _) in _faults)
            {
                // For a time, or for some: those who wait, or the others, need not notice.
                served *= fault is { Kind: TwinFaultKind.Unavailable, Match: null, Times: int.MaxValue } && fault.Until == TimeSpan.MaxValue ? 1 - fault.Probability : 1;
            }

            return 1 / Math.Max(served, 1e-3);
        }
    }

    public void Add(TwinFault fault) => _faults.Add((fault, 0));

    public void Clear() => _faults.Clear();

    /// <summary>The fault of this kind that strikes a request of now, if one does.</summary>
    public TwinFault? Strike(TwinRequest request, TwinFaultKind kind, TimeSpan age)
    {
        for (int i = 0; i < _faults.Count; i++)
        {
            (TwinFault fault, int struck) = _faults[i];
            if (fault.Kind == kind && age >= fault.From && age < fault.Until && struck < fault.Times
                && fault.Match?.Invoke(request) != false
                && (fault.Probability >= 1 || draw() < fault.Probability))
            {
                _faults[i] = (fault, struck + 1);
                return fault;
            }
        }

        return null;
    }

    /// <summary>The first age of the twin from <paramref name="age"/> on at which not everything fails; null for never.</summary>
    public TimeSpan? UpAt(TimeSpan age)
    {
        foreach ((TwinFault fault, _) in _faults.OrderBy(static entry => entry.Fault.From))
        {
            if (fault is { Kind: TwinFaultKind.Outage or TwinFaultKind.Unavailable, Probability: >= 1, Match: null, Times: int.MaxValue } && age >= fault.From && age < fault.Until)
            {
                if (fault.Until == TimeSpan.MaxValue)
                {
                    return null;
                }

                age = fault.Until;
            }
        }

        return age;
    }
}
