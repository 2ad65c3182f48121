using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Handlers;

/// <summary>
/// Up to <see cref="Capacity"/> observations, kept inline: reading an answer's limits allocates nothing.
/// No provider announces more at once; what would not fit is refused by <see cref="TryAdd"/>.
/// </summary>
public struct QuotaObservations
{
    /// <summary>How many observations fit.</summary>
    public const int Capacity = 6;

    private Slots _slots;

    /// <summary>How many observations there are.</summary>
    public int Count { get; private set; }

    /// <summary>The observation at <paramref name="index"/>.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public readonly QuotaObservation this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return _slots[index];
        }
    }

    /// <summary>Adds an observation; false when there is no room left.</summary>
    /// <param name="observation">What the answer said.</param>
    public bool TryAdd(in QuotaObservation observation)
    {
        if (Count == Capacity)
        {
            return false;
        }

        _slots[Count++] = observation;
        return true;
    }

    [InlineArray(Capacity)]
    [SuppressMessage("Performance", "CA1823:Avoid unused private fields", Justification = "The field is the inline array's element.")]
    [SuppressMessage("Style", "IDE0044:Add readonly modifier", Justification = "An inline array's element cannot be readonly.")]
    private struct Slots
    {
        private QuotaObservation _element;
    }
}
