namespace Handlers;

/// <summary>
/// The one table of event ids: a block of 100 per handler, ids never reused. 100 call and configuration, 200 caching, 300 idempotency, 400 fallback, 500 retry,
/// 600 circuit, 700 pacing, 800 attempt timeout, 900 rate limit.
/// </summary>
internal static class EventIds
{
    public const int RetriedTwice = 110;
    public const int SdkRetriesToo = 111;
    public const int ClientTimeoutFired = 112;
    public const int ProgressFailed = 113;
    public const int SdkTimeoutFired = 114;
    public const int ClientTimeoutReplaced = 115;

    public const int EffectivePolicy = 150;
    public const int OptionsChanged = 151;
    public const int EditRejected = 152;
    public const int EditNotApplied = 153;
    public const int ClientUnusable = 154;
    public const int GroupWithoutCalls = 155;

    public const int StoreFailed = 200;
    public const int StoreRecovered = 201;
    public const int StorePassedOver = 202;
    public const int AccountUnknown = 203;
    public const int ServedStale = 204;
    public const int RefreshFailed = 205;

    public const int OutcomeUnknown = 300;
    public const int OutcomeSettled = 301;
    public const int KeyReplayed = 302;
    public const int KeyRefused = 303;
    public const int KeyOwnerUnknown = 304;
    public const int KeyStorePassedOver = 305;
    public const int KeyStoreFailed = 306;
    public const int ProbePassedOver = 307;
    public const int ProbeFailed = 308;

    public const int FellBack = 400;
    public const int FallbackFailed = 401;
    public const int RoutePassedOver = 402;

    public const int RetryScheduled = 500;
    public const int RetryGaveUp = 501;
    public const int RetryRecovered = 502;

    public const int CircuitOpened = 600;
    public const int CircuitHalfOpened = 601;
    public const int CircuitClosed = 602;
    public const int CircuitIsolated = 603;

    public const int QuotaRefused = 700;
    public const int GateClosed = 701;

    public const int ProviderFailed = 900;
    public const int ProviderNonsense = 901;
}
