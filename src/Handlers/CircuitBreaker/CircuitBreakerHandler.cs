using Handlers.CircuitBreaker;

namespace Handlers;

/// <summary>
/// Refuses at once while the upstream counts as down. It looks before the queue and leaves an admission on the call; the half-open slot is taken when the attempt
/// really leaves. Only transient failures count: a refusal by the provider says nothing about its health.
/// </summary>
public sealed class CircuitBreakerHandler : ChainedHandler, IPassSource
{
    /// <summary>Creates the handler for use without dependency injection.</summary>
    /// <param name="options">When an upstream counts as down.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of range, or two contradict each other.</exception>
    public CircuitBreakerHandler(CircuitBreakerOptions options, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.CircuitBreaker = own))
    {
    }

    internal CircuitBreakerHandler(ClientState client)
        : base(client)
    {
    }

    internal override Stages Stage => Stages.CircuitBreaker;

    Exception? IPassSource.TryTake(Call call, out object? issuer, out long number)
    {
        Circuit circuit = CircuitOf(call);
        bool admitted = circuit.TryAdmit(out CircuitPermit permit, out CircuitRefusal? refusal, out CircuitTransition? transition, UrgencyOf(call, circuit));
        CircuitChanges.Tell(Client, circuit, transition, call);
        (issuer, number) = (permit.Phase, permit.Mark);
        return admitted ? null : CircuitRefusals.Refuse(call, circuit, refusal!);
    }

    internal override Step Enter(Call call)
    {
        Circuit circuit = CircuitOf(call);
        if (!circuit.MayPass(out CircuitRefusal? refusal, UrgencyOf(call, circuit)))
        {
            call.Fail(CircuitRefusals.Refuse(call, circuit, refusal));
            return Step.Answered;
        }

        call.Pass = new Pass(this);
        return Step.Go;
    }

    void IPassSource.Record(Call call)
    {
        Circuit circuit = CircuitOf(call);
        Judgement outcome = call.Judgement ?? Judgement.Ok;
        CircuitTransition? transition = circuit.Record(
            new CircuitPermit((CircuitPhase)call.Pass.Issuer!, call.Pass.Number),
            SignalOf(outcome),
            outcome.Kind == VerdictKind.Transient ? outcome.Wait : null,
            call.SentAt == 0 ? TimeSpan.Zero : call.Client.Clock.Between(call.SentAt, call.AnsweredAt));
        CircuitChanges.Tell(Client, circuit, transition, call);
    }

    internal override Step Leave(Call call)
    {
        call.Pass.Record(call);
        call.Pass = call.Pass.Spent();
        return Step.Go;
    }

    private static Urgency UrgencyOf(Call call, Circuit circuit)
    {
        if (circuit.IsWideOpen)
        {
            return default;
        }

        Clock clock = call.Client.Clock;
        return Urgency.Of(clock.Between(call.Now, call.DeadlineAt), clock.Between(call.StartedAt, call.Now), isBack: call.History.Count > 0);
    }

    private static CircuitSignal SignalOf(Judgement outcome) => outcome.Kind switch
    {
        VerdictKind.Ok => CircuitSignal.Success,

        // Backpressure is not failure.
        VerdictKind.RateLimited or VerdictKind.QuotaExhausted => CircuitSignal.Neutral,

        // An answer that blames the caller proves that the upstream is up; a failure on our side proves nothing.
        VerdictKind.Fatal => outcome.Failure == FailureClass.Status ? CircuitSignal.Success : CircuitSignal.Neutral,

        // "Not yet" (a lock, a merge, statistics being made) is the answer of an upstream that works.
        VerdictKind.Transient when outcome is { Failure: FailureClass.Status, IsServerFault: false } => CircuitSignal.Neutral,
        _ => CircuitSignal.Failure,
    };

    private Circuit CircuitOf(Call call) =>
        (ReferenceEquals(call.Client, Client) ? call.Upstream : Client.UpstreamFor(call.Original.Uri)).Circuit;
}
