namespace Handlers.Quotas;

/// <summary>The quotas that a call is charged to, for <c>foreach</c>: its account's first, then those of its lane.</summary>
internal ref struct Charged(QuotaAccount account, Lane? lane)
{
    private readonly QuotaAccount _account = account;
    private readonly ReadOnlySpan<ResourceQuota> _others = lane is null ? [] : lane.Quotas;
    private int _next = -1;

    public readonly Quota Current => _next == 0 ? _account : _others[_next - 1];

    public readonly Charged GetEnumerator() => this;

    public bool MoveNext() => ++_next <= _others.Length;
}
