using System.Globalization;

namespace Handlers.Benchmarks;

/// <summary>Time and bytes of a cached answer, of one look-up in a MemoryCache, and of building the same response.</summary>
internal sealed class HitFigures((double Ns, double Bytes) hit, (double Ns, double Bytes) lookup, (double Ns, double Bytes) build)
{
    /// <summary>The whole of a hit, against the whole of a response built from a look-up.</summary>
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"ours_ns\":{hit.Ns:F0},\"ours_bytes\":{hit.Bytes:F0},\"memorycache_ns\":{lookup.Ns + build.Ns:F0},\"memorycache_bytes\":{lookup.Bytes + build.Bytes:F0}}}");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{hit.Ns,6:F0} ns {hit.Bytes,6:F0} B   look-up {lookup.Ns:F0} ns, build {build.Ns:F0} ns {build.Bytes:F0} B   ours = {hit.Ns / ((3 * lookup.Ns) + build.Ns):F2} x (three look-ups and a build)");
}
