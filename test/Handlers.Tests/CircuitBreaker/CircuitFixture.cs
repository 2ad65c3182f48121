using Handlers.CircuitBreaker;
using Handlers.Tests.Support;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>One circuit on a clock that stands still. The ramp is off unless a test asks for it.</summary>
internal sealed class CircuitFixture
{
    public CircuitFixture(Action<CircuitBreakerOptions>? configure = null)
    {
        Circuit = new Circuit("github", "https://api.github.com", Settings(configure), Clock);
    }

    public ManualClock Clock { get; } = new();

    public Circuit Circuit { get; }

    /// <summary>The numbers of C1 and E2: 5 failures, 60 s, 3 half-open calls, 2 successes.</summary>
    public static CircuitSettings Settings(Action<CircuitBreakerOptions>? configure = null)
    {
        var options = new CircuitBreakerOptions
        {
            FailureThreshold = 5,
            BreakDuration = TimeSpan.FromSeconds(60),
            HalfOpenMaxCalls = 3,
            SuccessThreshold = 2,
            RampDuration = TimeSpan.Zero,
        };
        configure?.Invoke(options);
        return CircuitSettings.From(options);
    }

    /// <summary>How often a circuit went from one state to another.</summary>
    public static long Moves(CircuitSnapshot snapshot, CircuitState from, CircuitState to) =>
        snapshot.Transitions.TryGetValue(from, out IReadOnlyDictionary<CircuitState, long>? counts) ? counts.GetValueOrDefault(to) : 0;

    public CircuitPermit Admit()
    {
        Circuit.TryAdmit(out CircuitPermit permit, out CircuitRefusal? refusal, out _).ShouldBeTrue($"refused: {refusal}");
        return permit;
    }

    public CircuitRefusal Refused()
    {
        Circuit.TryAdmit(out CircuitPermit permit, out CircuitRefusal? refusal, out _).ShouldBeFalse();
        permit.IsNone.ShouldBeTrue();
        return refusal!;
    }

    /// <summary>Admits one attempt after the other and records each.</summary>
    public CircuitTransition? Attempts(int count, CircuitSignal signal, TimeSpan? serverDelay = null)
    {
        CircuitTransition? last = null;
        for (int i = 0; i < count; i++)
        {
            last = Circuit.Record(Admit(), signal, serverDelay);
        }

        return last;
    }

    public void Open() => Attempts(5, CircuitSignal.Failure)!.To.ShouldBe(CircuitState.Open);

    /// <summary>Opens the circuit, waits the break out, and takes the first probe.</summary>
    public CircuitPermit OpenThenProbe()
    {
        Open();
        Clock.Advance(60);
        return Admit();
    }

    public void OpenThenClose()
    {
        Circuit.Record(OpenThenProbe(), CircuitSignal.Success);
        Attempts(1, CircuitSignal.Success)!.To.ShouldBe(CircuitState.Closed);
    }
}
