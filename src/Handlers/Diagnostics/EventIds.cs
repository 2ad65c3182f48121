namespace Handlers;

/// <summary>
/// The one table of event ids: a block of 100 per handler, ids never reused. 100 call and configuration, 200 caching, 300 idempotency, 400 fallback, 500 retry,
/// 600 circuit, 700 pacing, 800 attempt timeout, 900 rate limit.
/// </summary>
internal static class EventIds
{
    public const int EffectivePolicy = 150;
    public const int OptionsChanged = 151;
    public const int EditRejected = 152;
    public const int EditNotApplied = 153;
}
