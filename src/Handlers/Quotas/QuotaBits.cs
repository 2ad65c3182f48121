using System.Numerics;

namespace Handlers.Quotas;

/// <summary>The quotas of an account that a set of bits names, for <c>foreach</c>.</summary>
internal ref struct QuotaBits(Quota[] quotas, ulong mask)
{
    private readonly Quota[] _quotas = quotas;
    private ulong _left = mask;

    public Quota Current { get; private set; } = null!;

    public readonly QuotaBits GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        Current = _quotas[BitOperations.TrailingZeroCount(_left)];
        _left &= _left - 1;
        return true;
    }
}
