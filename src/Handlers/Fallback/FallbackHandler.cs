using Handlers.Fallback;

namespace Handlers;

/// <summary>
/// Lets somebody else answer when this upstream is down or its quota is gone: another model, another named client, or a function of the app's. Inside the same
/// deadline, with a key of its own, and never where a write may have happened.
/// </summary>
public sealed class FallbackHandler : ChainedHandler
{
    /// <summary>Creates the handler for use without dependency injection.</summary>
    /// <param name="options">Who answers; <see cref="FallbackOptions.Client"/> needs a container.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options name a client.</exception>
    public FallbackHandler(FallbackOptions options, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.Fallback = own))
    {
    }

    internal FallbackHandler(ClientState client)
        : base(client)
    {
    }

    internal override Stages Stage => Stages.Fallback;

    internal override Step Enter(Call call)
    {
        if (call.Options is { IsFallback: true } options)
        {
            call.Key ??= options.Flight;
        }
        else if (call.Original.Content is { } content
            && BodyReplay.Prepare(content, PolicyOf(call).Options.Retry.MaxBufferedBody) is var replay && !ReferenceEquals(replay, content))
        {
            call.ReplaceContent(replay);
        }

        return Step.Go;
    }

    internal override Step Leave(Call call) => FallbackRules.Applies(call) && BodyReplay.CanSendAgain(call.Original.Content) ? Step.Wait : Step.Go;

    internal override ValueTask WaitOnLeaveAsync(Call call, Place below) => new(new Substitution(this, call, mayWait: true).RunAsync());

    // Nothing in it waits: it sends synchronously, so the task has ended when it is returned.
    internal override void WaitOnLeave(Call call, Place below) => new Substitution(this, call, mayWait: false).RunAsync().GetAwaiter().GetResult();
}
