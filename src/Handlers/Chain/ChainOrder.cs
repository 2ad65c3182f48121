namespace Handlers;

/// <summary>
/// The chain, outermost first: start reading here. Above the line a call is answered once; below it an attempt is made, perhaps several times.
/// </summary>
/// <remarks>
/// An open circuit refuses before the queue, so nobody queues for an upstream that is down. The provider counts attempts, so every attempt pays in Pacing, which
/// stands below Retry. The attempt timeout starts after the wait, so queueing never eats it. What the app adds after us (auth, logging) stands inside: each
/// attempt gets a fresh token.
/// </remarks>
internal static class ChainOrder
{
    public static IEnumerable<ChainedHandler> Of(ClientState client, Stages stages) => All(client).Where(handler => (handler.Stage & stages) != 0);

    private static ChainedHandler[] All(ClientState client) =>
    [
        new ResponseCachingHandler(client), // answer without the network?
        new IdempotencyHandler(client),    // one key for the whole call; the same key again gives the same result
        new FallbackHandler(client),       // another model or route, when this one can't
        new RetryHandler(client),          // again? when? is there time?
        //// ---- an attempt, perhaps repeated
        new CircuitBreakerHandler(client), // is the upstream up? refuse now
        new PacingHandler(client),         // may it go yet? wait here
        new AttemptTimeoutHandler(client), // how long may one attempt take?
        new RateLimitHandler(client),      // what did the provider say?
    ];
}
