using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Handlers;

/// <summary>
/// Up to <see cref="Capacity"/> observations; the first ones are kept inline, so that reading an ordinary answer's limits allocates nothing.
/// No provider announces more at once; what would not fit is refused by <see cref="TryAdd"/>.
/// </summary>
public struct QuotaObservations
{
    /// <summary>How many observations fit.</summary>
    public const int Capacity = 6;

    // A verdict is handed from hand to hand by value: every slot costs each of its copies 56 bytes.
    private const int Inline = 2;

    private Slots _slots;
    private QuotaObservation[]? _more;

    /// <summary>How many observations there are.</summary>
    public int Count { get; private set; }

    /// <summary>The observation at <paramref name="index"/>.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public readonly QuotaObservation this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return index < Inline ? _slots[index] : _more![index - Inline];
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

        if (Count < Inline)
        {
            _slots[Count++] = observation;
            return true;
        }

        // A copy of these observations may share the array.
        _more = _more is null ? [observation] : [.. _more, observation];
        Count++;
        return true;
    }

    [InlineArray(Inline)]
    [SuppressMessage("Performance", "CA1823:Avoid unused private fields", Justification = "The field is the inline array's element.")]
    [SuppressMessage("Style", "IDE0044:Add readonly modifier", Justification = "An inline array's element cannot be readonly.")]
    private struct Slots
    {
        private QuotaObservation _element;
    }
}
