namespace Handlers;

/// <summary>Presets by the kind of work that a client does.</summary>
public enum Workload : byte
{
    /// <summary>No preset.</summary>
    Standard,

    /// <summary>Many calls with people waiting: 1 retry, 0.5–5 s, total 30 s.</summary>
    HighTraffic,

    /// <summary>Few calls that must get through: 4 retries, 2–30 s, total 5 min; waits for an open circuit.</summary>
    Critical,

    /// <summary>Work that nobody waits for: 9 retries, 5–60 s, no total, low priority; waits for an open circuit; refusals use no retry.</summary>
    Background,
}
