namespace Handlers.Benchmarks.EndToEnd;

/// <summary>What one contender did in one turn.</summary>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="Cpu">Seconds of this process's CPU per 100,000 requests; the server's are not in it.</param>
/// <param name="Bytes">Bytes allocated per request.</param>
internal readonly record struct Segment(double PerSecond, double Cpu, double Bytes);
