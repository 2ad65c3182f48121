using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>What Linear meters for one user.</summary>
internal sealed class LinearUser(LinearTwinOptions options, string suffix)
{
    internal string Suffix { get; } = suffix;

    internal RefillingBucket Requests { get; } = new(options.RequestsPerHour, options.Period);

    internal RefillingBucket Complexity { get; } = new(options.ComplexityPerHour, options.Period);

    internal RefillingBucket Searches { get; } = new(options.SearchesPerMinute, options.SearchPeriod);
}
