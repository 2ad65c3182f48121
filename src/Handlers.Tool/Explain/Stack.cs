using Handlers.RateLimit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers.Tool.Explain;

/// <summary>
/// The code of the chain on one answer, with default settings: the provider's plan and interpretation, the judge, the decision to retry. A call without a
/// deadline, so that the decision is about the answer and not about who is in a hurry.
/// </summary>
internal sealed class Stack
{
    private readonly ClientState _client;
    private readonly Provider _provider;
    private readonly ResilienceHandlersOptions _options;

    public Stack(Provider provider, DateTimeOffset now)
    {
        _provider = provider;
        ResilienceState state = new(new StoppedTime(now), NullLoggerFactory.Instance, [], new Random(0));
        _options = ClientState.InCode(state, options => options.Provider = provider.Name).Policy.Options;
        _client = ClientState.InCode(state, options =>
        {
            options.Provider = provider.Name;
            options.TotalTimeout = Timeout.InfiniteTimeSpan;
        });
    }

    /// <summary>Every API that comes with the suite.</summary>
    public static ProviderTable Providers { get; } = new([]);

    public Explanation Explain(AnswerRecord answer)
    {
        using HttpRequestMessage request = answer.ToRequest();
        Call call = new(_client, _client.Policy, request, options: null, synchronous: true, CancellationToken.None) { SentAt = 1 };

        // A write goes out with a key or an id of its own where the provider honours one; that makes it safe to repeat.
        _ = new IdempotencyHandler(_client).Enter(call);

        call.Succeed(answer.ToResponse());

        // The body is in memory: nothing is waited for.
        ReadOnlyMemory<byte> body = ErrorPeek.KindOf(call) == PeekKind.None ? default : ErrorPeek.ReadAsync(call).AsTask().GetAwaiter().GetResult();
        Verdict verdict = _provider.Interpret(Judge.AnswerOf(call, body.Span));
        Judge.Accept(call, verdict);
        new RetryHandler(_client).Decide(call);

        Explanation explanation = new()
        {
            Provider = _provider,
            Answer = answer,
            Plan = call.Plan,
            Verdict = verdict,
            Kind = call.Judgement!.Kind,
            Decision = call.RetryDecision,
            Options = _options,
            ReadBody = !body.IsEmpty,
        };
        call.Response?.Dispose();
        call.EndBody();
        return explanation;
    }
}
