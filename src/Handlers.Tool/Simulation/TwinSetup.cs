using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>What a twin of one run needs to know besides its limits.</summary>
internal sealed class TwinSetup(TwinSpec spec, Scenario scenario, IReadOnlyList<SimulatedCall> calls, int seed, TimeProvider time)
{
    public TimeProvider Time { get; } = time;

    /// <summary>Whether the load says what calls cost in tokens; else the twin reckons it from their text.</summary>
    public bool CountsTokens { get; } = calls.Any(static call => call.Spec.Tokens is not null);

    public SimulatedCall? CallOf(TwinRequest request) =>
        TwinSpec.NumberOf(request.Header(TwinSpec.CallHeader)) is { } number && number < calls.Count ? calls[number] : null;

    public double? CostOf(TwinRequest request) => CallOf(request)?.Spec.Cost;

    public T Apply<T>(T options)
        where T : TwinOptions
    {
        options.Seed = seed;
        options.NetworkDelay = spec.Network;
        options.NetworkSpread = spec.NetworkSpread;
        options.ServiceTime = spec.Service;
        options.ServiceTimeOf = request => CallOf(request)?.Spec.Service ?? spec.Service;
        options.ClockSkew = spec.ClockSkew;
        foreach (FaultSpec fault in scenario.Faults)
        {
            options.Faults.Add(fault.ToFault());
        }

        foreach (TwinCapacity capacity in scenario.Capacities)
        {
            options.Capacities.Add(capacity);
        }

        return options;
    }
}
