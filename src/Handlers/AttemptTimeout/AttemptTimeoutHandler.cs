namespace Handlers;

/// <summary>
/// Says how long one attempt may take until its headers. It stands below the queue, so waiting never eats into it; the timer itself is the chain's, one for this
/// and for what is left of the deadline.
/// </summary>
public sealed class AttemptTimeoutHandler : ChainedHandler
{
    /// <summary>Creates the handler for use without dependency injection.</summary>
    /// <param name="options">How long an attempt may take.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of range, or two contradict each other.</exception>
    public AttemptTimeoutHandler(AttemptTimeoutOptions options, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.AttemptTimeout = own.Timeout))
    {
    }

    internal AttemptTimeoutHandler(ClientState client)
        : base(client)
    {
    }

    internal override Stages Stage => Stages.AttemptTimeout;

    internal override Step Enter(Call call)
    {
        call.AttemptTimeout = call.Options?.AttemptTimeout ?? PolicyOf(call).Options.AttemptTimeout;
        return Step.Go;
    }
}
