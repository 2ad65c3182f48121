namespace Handlers.Quotas;

/// <summary>
/// What a call is charged, for <c>foreach</c>: its account's quota first, then those of its lane, each with its cost. Quotas that hold nobody back are passed over.
/// </summary>
internal ref struct Charged
{
    private readonly QuotaAccount _account;
    private readonly Lane? _lane;
    private readonly ReadOnlySpan<LaneQuota> _others;
    private readonly Charge _charge;
    private int _next = -1;

    public Charged(QuotaAccount account, Lane? lane, in Charge charge)
    {
        _account = account;
        _lane = lane;
        _others = lane is null ? [] : lane.Quotas;
        _charge = charge;
    }

    public readonly Share Current
    {
        get
        {
            if (_next == 0)
            {
                return new Share(_account, _lane is null ? _charge.At(QuotaKey.AllResources) : _charge.At(_lane.Shape.AccountUse));
            }

            LaneQuota other = _others[_next - 1];
            return new Share(other.Quota, _charge.At(other.Use));
        }
    }

    public readonly Charged GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++_next <= _others.Length)
        {
            if (_next == 0 ? _account.Paces : _others[_next - 1].Quota.Paces)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One quota and what the call costs there.</summary>
    internal readonly struct Share(Quota quota, in Cost cost)
    {
        public readonly Quota Quota = quota;
        public readonly Cost Cost = cost;

        public void Deconstruct(out Quota quota, out Cost cost)
        {
            quota = Quota;
            cost = Cost;
        }
    }
}
