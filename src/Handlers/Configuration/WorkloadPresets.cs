using System.Collections.Immutable;

namespace Handlers;

/// <summary>What each <see cref="Workload"/> sets, written as one would in configuration.</summary>
internal static class WorkloadPresets
{
    public static ImmutableArray<(string Option, string Value)> Of(Workload workload) => workload switch
    {
        Workload.HighTraffic =>
        [
            ("TotalTimeout", "00:00:30"),
            ("Retry:MaxRetries", "1"),
            ("Retry:BaseDelay", "00:00:00.5"),
            ("Retry:MaxDelay", "00:00:05"),
        ],
        Workload.Critical =>
        [
            ("TotalTimeout", "00:05:00"),
            ("Retry:MaxRetries", "4"),
            ("Retry:BaseDelay", "00:00:02"),
            ("Retry:MaxDelay", "00:00:30"),
            ("Retry:WaitForCircuit", "true"),
        ],

        // Its low priority is no option: a call without one of its own takes it from the workload.
        Workload.Background =>
        [
            ("TotalTimeout", "none"),
            ("Retry:MaxRetries", "9"),
            ("Retry:BaseDelay", "00:00:05"),
            ("Retry:MaxDelay", "00:01:00"),
            ("Retry:WaitForCircuit", "true"),
            ("Retry:RefusalsUseRetries", "false"),
        ],
        _ => [],
    };
}
