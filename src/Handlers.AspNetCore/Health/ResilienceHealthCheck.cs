using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Handlers.AspNetCore;

/// <summary>Judges circuits and gates by the thresholds of <see cref="ResilienceHealthOptions"/>.</summary>
internal sealed class ResilienceHealthCheck(IResilienceMonitor monitor, TimeProvider time, ResilienceHealthOptions options) : IHealthCheck
{
    private const int Named = 5;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        CircuitSnapshot[] circuits = [.. monitor.OpenCircuits.Where(circuit => Counts(circuit.Client))];
        DateTimeOffset now = time.GetUtcNow();
        QuotaSnapshot[] gates = [.. monitor.Quotas.Where(quota => quota.ClosedUntil > now && Counts(quota))];
        TimeSpan longest = gates.Length == 0 ? TimeSpan.Zero : gates.Max(quota => quota.ClosedUntil!.Value) - now;
        ClientSnapshot[] unusable = [.. monitor.Clients.Where(client => client.Mistakes is not null && Counts(client.Client))];
        HealthStatus status =
            circuits.Length >= (options.UnhealthyCircuits ?? int.MaxValue) || longest > options.UnhealthyGate ? HealthStatus.Unhealthy
            : circuits.Length >= (options.DegradedCircuits ?? int.MaxValue) || longest > options.DegradedGate || unusable.Length > 0 ? HealthStatus.Degraded
            : HealthStatus.Healthy;
        string[] told =
        [
            .. unusable.Select(client => $"client {client.Client} has no good options: {client.Mistakes!.ReplaceLineEndings(" ").TrimEnd('.')}"),
            .. circuits.Select(circuit => $"circuit of {circuit.Client} to {circuit.Authority} is {circuit.State}{Until(circuit.OpenUntil)}"),
            .. gates.Select(quota => $"gate of {quota.Provider}/{quota.Account}/{quota.Resource} is closed{Until(quota.ClosedUntil)}"),
        ];
        string description = told.Length == 0
            ? "All circuits are closed, all gates open."
            : string.Join("; ", told.Take(Named)) + (told.Length > Named ? $"; and {told.Length - Named} more." : ".");

        // A slip in a name would look healthy for ever; a client that nobody has asked for yet may still come.
        string[] unknown = [.. options.Clients.Except(monitor.Clients.Select(client => client.Client), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            description += $" There is no client {string.Join(", ", unknown.Select(name => $"\"{name}\""))} so far (ResilienceHealthOptions.Clients).";
        }

        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["clients_unusable"] = unusable.Length,
            ["circuits_not_closed"] = circuits.Length,
            ["gates_closed"] = gates.Length,
            ["longest_gate_seconds"] = Math.Round(longest.TotalSeconds, 3),
        };

        // Whoever registered the check may want another status in place of unhealthy.
        return Task.FromResult(new HealthCheckResult(
            status == HealthStatus.Unhealthy ? context.Registration.FailureStatus : status, description, data: data));
    }

    private static string Until(DateTimeOffset? at) => at is { } instant ? $" until {instant:O}" : "";

    private bool Counts(string client) => options.Clients.Count == 0 || options.Clients.Contains(client);

    // A quota belongs to an account, which several clients may share: it counts when one of them does. Of a client whose provider follows from each request's host it may
    // be any that is not another client's own.
    private bool Counts(QuotaSnapshot quota) =>
        options.Clients.Count == 0
        || monitor.Clients.Any(client => options.Clients.Contains(client.Client)
            && (quota.Account == client.Client || quota.Provider == client.Provider || (client.Provider is null && !IsAnothers(quota))));

    private bool IsAnothers(QuotaSnapshot quota) => monitor.Clients.Any(other => other.Client == quota.Account && !options.Clients.Contains(other.Client));
}
