using System.Diagnostics.Metrics;

namespace Handlers.Registration;

/// <summary>What stands now, read when a collector asks: circuits and quotas. Costs nothing in between.</summary>
internal sealed class StateGauges
{
    /// <summary>Quotas that are shown; with an account per customer there may be a million of them.</summary>
    private const int MaxQuotas = 500;

    private readonly ClientRegistry _registry;
    private readonly ResilienceState _state;

    private StateGauges(ClientRegistry registry, ResilienceState state)
    {
        _registry = registry;
        _state = state;
    }

    public static void Add(ClientRegistry registry, ResilienceState state)
    {
        var gauges = new StateGauges(registry, state);
        Meter meter = state.Metrics.Meter;
        meter.CreateObservableGauge(
            CallMeter.NameOf("circuit.state"), gauges.Circuits, description: "0 closed, 1 open, 2 half-open, 3 isolated by hand.");
        meter.CreateObservableGauge(CallMeter.NameOf("quota.limit"), () => gauges.Limits(limit => limit.Capacity), description: "How much a limit can hold.");
        meter.CreateObservableGauge(CallMeter.NameOf("quota.remaining"), () => gauges.Limits(limit => limit.Free), description: "How much of a limit could be spent now.");
        meter.CreateObservableGauge(CallMeter.NameOf("quota.reset"), gauges.Resets, "s", "Time until a limit is whole again if nothing is spent.");
        meter.CreateObservableGauge(CallMeter.NameOf("quota.gate"), gauges.Gates, "s", "Time until a quota's gate opens; 0 when it is open.");
        meter.CreateObservableGauge(CallMeter.NameOf("quota.waiting"), gauges.Waiting, "{call}", "Calls that wait for a quota.");
        meter.CreateObservableGauge(CallMeter.NameOf("quota.in_flight"), gauges.InFlight, "{attempt}", "Attempts of an account that were let go and have not been answered.");
    }

    private static double SecondsUntil(DateTimeOffset? instant, DateTimeOffset now) =>
        instant is { } at && at > now ? (at - now).TotalSeconds : 0;

    private static KeyValuePair<string, object?>[] TagsOf(QuotaSnapshot quota, params ReadOnlySpan<KeyValuePair<string, object?>> more) =>
        [new(Attributes.Provider, quota.Provider), new(Attributes.Account, quota.Account), new(Attributes.Resource, quota.Resource), .. more];

    private IEnumerable<Measurement<int>> Circuits() =>
        from client in _registry.Clients
        from upstream in client.Upstreams
        select new Measurement<int>(
            (int)upstream.Circuit.State,
            [new(Attributes.Client, client.Name), new(Attributes.Host, upstream.Key.Host), new(Attributes.Port, upstream.Key.Port)]);

    private IEnumerable<QuotaSnapshot> Quotas() => _state.Ledger.Snapshot().Take(MaxQuotas);

    private IEnumerable<Measurement<long>> Limits(Func<LimitSnapshot, long> read) =>
        from quota in Quotas()
        from limit in quota.Limits
        select new Measurement<long>(read(limit), TagsOf(quota, Text(limit), UnitOf(limit)));

    private IEnumerable<Measurement<double>> Resets()
    {
        DateTimeOffset now = _state.Events.Now;
        return from quota in Quotas()
               from limit in quota.Limits
               select new Measurement<double>(SecondsUntil(limit.FullAt, now), TagsOf(quota, Text(limit), UnitOf(limit)));
    }

    private IEnumerable<Measurement<double>> Gates()
    {
        DateTimeOffset now = _state.Events.Now;
        return Quotas().Select(quota => new Measurement<double>(SecondsUntil(quota.ClosedUntil, now), TagsOf(quota)));
    }

    private IEnumerable<Measurement<int>> Waiting()
    {
        foreach (QuotaSnapshot quota in Quotas())
        {
            yield return new Measurement<int>(quota.WaitingInteractive, TagsOf(quota, new KeyValuePair<string, object?>(Attributes.Priority, "interactive")));
            yield return new Measurement<int>(quota.WaitingNormal, TagsOf(quota, new KeyValuePair<string, object?>(Attributes.Priority, "normal")));
            yield return new Measurement<int>(quota.WaitingBackground, TagsOf(quota, new KeyValuePair<string, object?>(Attributes.Priority, "background")));
        }
    }

    private IEnumerable<Measurement<int>> InFlight() =>
        Quotas().DistinctBy(quota => (quota.Provider, quota.Account)).Select(quota => new Measurement<int>(
            quota.UnderWay, [new(Attributes.Provider, quota.Provider), new(Attributes.Account, quota.Account)]));

    private static KeyValuePair<string, object?> Text(LimitSnapshot limit) => new(Attributes.Limit, limit.Text);

    private static KeyValuePair<string, object?> UnitOf(LimitSnapshot limit) => new(Attributes.Unit, limit.Unit.ToString().ToLowerInvariant());
}
