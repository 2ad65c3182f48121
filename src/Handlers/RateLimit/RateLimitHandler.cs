using Handlers.RateLimit;

namespace Handlers;

/// <summary>
/// Asks the provider's knowledge what an answer means: the only handler that looks at statuses, headers and error bodies. The verdict goes to the handlers above,
/// what was learned about limits to the ledger.
/// </summary>
public sealed class RateLimitHandler : ChainedHandler
{
    /// <summary>Creates the handler for use without dependency injection; the provider follows from the request's host.</summary>
    /// <param name="options">How answers are read.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of range, or two contradict each other.</exception>
    public RateLimitHandler(RateLimitOptions options, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.RateLimits = own))
    {
    }

    internal RateLimitHandler(ClientState client)
        : base(client)
    {
    }

    internal override Stages Stage => Stages.RateLimit;

    internal override Step Leave(Call call)
    {
        if (call.Response is null)
        {
            return Step.Go;
        }

        if (ErrorPeek.KindOf(call) != PeekKind.None)
        {
            return Step.Wait;
        }

        Judge.Accept(call, call.Provider!.Interpret(Judge.AnswerOf(call, default)));
        return Step.Go;
    }

    internal override async ValueTask WaitOnLeaveAsync(Call call, Place below)
    {
        ValueTask<ReadOnlyMemory<byte>> peek = ErrorPeek.ReadAsync(call);
        string? foretold = peek.IsCompleted ? null : Lessons.Foretell(call);
        Accept(call, await peek.ConfigureAwait(false), foretold);
    }

    /// <summary>Blocks on the transport's asynchronous reads, because only those can be cut off.</summary>
    internal override void WaitOnLeave(Call call, Place below)
    {
        ValueTask<ReadOnlyMemory<byte>> peek = ErrorPeek.ReadAsync(call);
        string? foretold = peek.IsCompleted ? null : Lessons.Foretell(call);
        Accept(call, peek.AsTask().GetAwaiter().GetResult(), foretold);
    }

    private void Accept(Call call, ReadOnlyMemory<byte> body, string? foretold)
    {
        call.Now = Client.Clock.Now;
        Judge.Accept(call, call.Provider!.Interpret(Judge.AnswerOf(call, body.Span)), foretold);
    }
}
