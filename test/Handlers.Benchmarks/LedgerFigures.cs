using System.Globalization;

namespace Handlers.Benchmarks;

/// <summary>Time of one grant, settled and released, and memory.</summary>
/// <param name="OneNs">Nanoseconds in a ledger of one account.</param>
/// <param name="ManyNs">Nanoseconds in a ledger of a million, each met in turn.</param>
/// <param name="BytesPerQuota">Bytes kept per account of two limits, its name not counted.</param>
/// <param name="BytesPerGrant">Bytes allocated per grant.</param>
internal sealed record LedgerFigures(double OneNs, double ManyNs, double BytesPerQuota, double BytesPerGrant)
{
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture, $"{{\"ns_1\":{OneNs:F0},\"ns_1e6\":{ManyNs:F0},\"bytes_per_quota_1e6\":{BytesPerQuota:F0}}}");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{OneNs,6:F0} ns in one account, {ManyNs:F0} ns among a million ({ManyNs / OneNs:F1} x), {BytesPerGrant:F1} B a grant, {BytesPerQuota:F0} B kept per quota of two limits");
}
