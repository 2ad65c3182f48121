namespace Handlers.Providers;

/// <summary>Of the limits with nothing left, the one that comes back last: the earliest instant at which all of them let a request through.</summary>
internal struct ExhaustedLimits
{
    private TimeSpan? _reset;
    private bool _isUpperBound;

    /// <summary>The resource to block; null when nothing is exhausted.</summary>
    public string? Resource { get; private set; }

    public void Add(string resource, TimeSpan? reset, ResetMeaning meaning)
    {
        if (Resource is null || reset > _reset || (_reset is null && reset is not null))
        {
            Resource = resource;
            _reset = reset;
            _isUpperBound = meaning == ResetMeaning.TimeUntilFull;
        }
    }

    /// <summary>The wait, if a reset of an exhausted limit was usable.</summary>
    public readonly ServerWait Wait(string source) => _reset is null ? ServerWait.None : new(_reset, source, _isUpperBound);
}
