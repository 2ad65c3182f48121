namespace Handlers.Quotas;

/// <summary>How a limit counts.</summary>
internal enum LimitKind : byte
{
    /// <summary>At most n in any period, wherever it begins.</summary>
    SlidingWindow,

    /// <summary>At most n between two multiples of the period in UTC.</summary>
    FixedWindow,

    /// <summary>A bucket of <c>burst</c> that refills at n per period.</summary>
    TokenBucket,

    /// <summary>A least time between two starts.</summary>
    MinInterval,

    /// <summary>So many under way at once, each until its body ends.</summary>
    Concurrency,
}
