using System.Globalization;

namespace Handlers.Benchmarks;

/// <summary>Time and bytes per call that each contender adds to the bare client of the same run.</summary>
internal sealed class Figures((double Ns, double Bytes) ours, (double Ns, double Bytes) polly, (double Ns, double Bytes) empty, (double Ns, double Bytes) bare)
{
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"ours_ns\":{ours.Ns - bare.Ns:F0},\"ours_bytes\":{ours.Bytes - bare.Bytes:F0},\"polly_ns\":{polly.Ns - bare.Ns:F0},\"polly_bytes\":{polly.Bytes - bare.Bytes:F0},\"empty8_ns\":{empty.Ns - bare.Ns:F0},\"empty8_bytes\":{empty.Bytes - bare.Bytes:F0}}}");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{ours.Ns - bare.Ns,6:F0} ns {ours.Bytes - bare.Bytes,6:F0} B   {polly.Ns - bare.Ns,6:F0} ns {polly.Bytes - bare.Bytes,6:F0} B   {empty.Ns - bare.Ns,6:F0} ns {empty.Bytes - bare.Bytes,6:F0} B   ours = {(ours.Ns - bare.Ns) / (polly.Ns - bare.Ns):F2} x Polly.Core, {(ours.Ns - bare.Ns) / (empty.Ns - bare.Ns):F2} x eight empty (bare {bare.Ns:F0} ns, {bare.Bytes:F0} B)");
}
