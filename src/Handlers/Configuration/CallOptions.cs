namespace Handlers;

/// <summary>
/// What one call may say about itself: on the request (<see cref="RequestExtensions.SetCallOptions"/>), or around a block of code
/// (<see cref="BeginScope"/>) when an SDK owns the request. The request's fields win over the scope's, field by field.
/// </summary>
public sealed class CallOptions
{
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// The key that makes a write happen once: the same key again gets the same result. Default null: <see cref="IdempotencyOptions.Keys"/> says which key is made.
    /// In a scope the first call gets the key as it is; a second, different one gets <c>key/2</c>, or <c>key:natural</c> where the provider knows a natural key.
    /// </summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public string? IdempotencyKey
    {
        get;
        init => field = value is null || !string.IsNullOrWhiteSpace(value)
            ? value
            : throw new ArgumentException("CallOptions.IdempotencyKey is empty, and the write would be sent without a key; give it one, or null to leave the choice to the client.", nameof(value));
    }

    /// <summary>Whose credential, hence whose quota and data. Default null: the client's <see cref="ResilienceHandlersOptions.Account"/>.</summary>
    /// <exception cref="ArgumentException">The account is empty.</exception>
    public string? Account
    {
        get;
        init => field = value is null || !string.IsNullOrWhiteSpace(value)
            ? value
            : throw new ArgumentException("CallOptions.Account is empty, and all calls without a name would share quotas and data; give it a name, or null for the client's.", nameof(value));
    }

    /// <summary>Who inside the app asks; used for fairness only. Default null.</summary>
    public string? Tenant { get; init; }

    /// <summary>Who goes first when quota is short. Default null: normal, or background in the workload <see cref="Workload.Background"/>.</summary>
    public CallPriority? Priority
    {
        get;
        init => field = value is null || Enum.IsDefined(value.Value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "CallOptions.Priority is none of the priorities.");
    }

    /// <summary>What one attempt costs, in place of the provider's estimate, at every quota that it is charged to. Default null. No amount is negative.</summary>
    public Cost? Cost
    {
        get;
        init
        {
            if (value is { } cost && Math.Min(Math.Min(cost.Requests, cost.Tokens), Math.Min(cost.Points, cost.Bytes)) < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value), cost, "CallOptions.Cost is negative in one of its amounts; none can be.");
            }

            field = value;
        }
    }

    /// <summary>
    /// The call's deadline as a duration from its start; the earlier of this and the total timeout counts. Zero or less ends the call before anything is sent,
    /// <see cref="Timeout.InfiniteTimeSpan"/> adds no deadline. Default null.
    /// </summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// How long one attempt may take until its headers, in place of the client's: 1 ms or more; <see cref="Timeout.InfiniteTimeSpan"/> leaves it to the deadline.
    /// Default null.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter. Every attempt would be cut off as soon as it was sent, and may have been executed all the same.</exception>
    public TimeSpan? AttemptTimeout
    {
        get;
        init => field = value is not { } span || span >= ShortestAttempt || span == Timeout.InfiniteTimeSpan
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value, "CallOptions.AttemptTimeout would cut off every attempt after it was sent: the least is 1 ms. Timeout.InfiniteTimeSpan leaves it to the deadline; "
                    + "to give a call what is left of a time of your own, set CallOptions.Deadline.");
    }

    /// <summary>
    /// The longest wait before an attempt: in a queue, at a gate, or between two attempts. Zero or less refuses at once, <see cref="Timeout.InfiniteTimeSpan"/> leaves it to
    /// the deadline. Default null: the client's.
    /// </summary>
    public TimeSpan? MaxWait
    {
        get;
        init => field = value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : value;
    }

    /// <summary>How often the call may be repeated, in place of the client's; 0 or less never repeats. Default null.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>Whether the call may be repeated after an unknown outcome, in place of the provider's knowledge. Default null.</summary>
    public ReplaySafety? Replay
    {
        get;
        init => field = value is null || Enum.IsDefined(value.Value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "CallOptions.Replay is none of the kinds of ReplaySafety.");
    }

    /// <summary>How the call uses the response cache. Default null: by the rules of HTTP.</summary>
    public CacheMode? Cache
    {
        get;
        init => field = value is null || Enum.IsDefined(value.Value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "CallOptions.Cache is none of the cache modes.");
    }

    /// <summary>The cache's own request in the background.</summary>
    internal bool IsRefresh { get; init; }

    /// <summary>A key that the flight of this call was given by the call that waits for it.</summary>
    internal CallKey? Flight { get; init; }

    /// <summary>The key that a client above put on the same message: its business, and nothing is kept of it here.</summary>
    internal CallKey? KeyAbove { get; init; }

    /// <summary>The call is made for another one of the same client, which is the one that is counted and told about.</summary>
    internal bool IsInner { get; init; }

    /// <summary>Under which number those who look are told of an inner call: that of the call it is made for; 0 where nobody looks.</summary>
    internal long Number { get; init; }

    /// <summary>Our own request beside a call: it gets no key, and nothing is kept of it.</summary>
    internal bool IsAside { get; init; }

    /// <summary>A call that stands in for one that failed: nothing stands in for it.</summary>
    internal bool IsFallback { get; init; }

    /// <summary>The scope that <see cref="IdempotencyKey"/> comes from; null for one that was given to the call itself.</summary>
    internal CallScope? KeyScope { get; init; }

    /// <summary>A key that stands for an operation and its arguments: the same parts give the same key, in every process.</summary>
    /// <param name="parts">The operation and its arguments, such as a job's id and a hash of an error. Their order counts, and where each ends.</param>
    /// <returns>43 characters that can go into a header.</returns>
    public static string KeyOf(params ReadOnlySpan<string?> parts) => Digest.Of(parts);

    /// <summary>
    /// Told what happens to the call, in order, on the call's own flow of control: it should return at once, as <see cref="Progress{T}"/> does. What it throws
    /// is logged, and it is told no more. Default null.
    /// </summary>
    public IProgress<ResilienceEvent>? Progress { get; init; }

    /// <summary>
    /// Makes <paramref name="options"/> hold for the calls of one client that start inside the block, on this flow of control and what it starts.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="client">The client's name; null for every client.</param>
    /// <returns>Ends the scope when disposed; scopes end in reverse order.</returns>
    public static IDisposable BeginScope(CallOptions options, string? client = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return CallScope.Begin(options, client);
    }

    /// <summary>These options with every unset field taken from <paramref name="weaker"/>.</summary>
    internal CallOptions Over(CallOptions weaker) => new()
    {
        IdempotencyKey = IdempotencyKey ?? weaker.IdempotencyKey,
        Account = Account ?? weaker.Account,
        Tenant = Tenant ?? weaker.Tenant,
        Priority = Priority ?? weaker.Priority,
        Cost = Cost ?? weaker.Cost,
        Deadline = Deadline ?? weaker.Deadline,
        AttemptTimeout = AttemptTimeout ?? weaker.AttemptTimeout,
        MaxWait = MaxWait ?? weaker.MaxWait,
        MaxRetries = MaxRetries ?? weaker.MaxRetries,
        Replay = Replay ?? weaker.Replay,
        Cache = Cache ?? weaker.Cache,
        Progress = Progress ?? weaker.Progress,
        IsRefresh = IsRefresh,
        Flight = Flight,
        KeyAbove = KeyAbove,
        IsInner = IsInner,
        Number = Number,
        IsAside = IsAside,
        IsFallback = IsFallback,
        KeyScope = IdempotencyKey is null ? weaker.KeyScope : KeyScope,
    };

    /// <summary>The same for another client: accounts are each client's own.</summary>
    internal CallOptions ForAnother(string? key) => new()
    {
        IdempotencyKey = key,
        Tenant = Tenant,
        Priority = Priority,
        Deadline = Deadline,
        Progress = Progress,
        IsFallback = IsFallback,
    };

    /// <summary>The same for another client's call with the same message: what one call of a client tells another stays in that client.</summary>
    internal static CallOptions? ForClientBelow(Call above)
    {
        CallOptions? options = above.Options;
        CallKey? key = above.IsUnderWay ? above.Key : null;
        return key is null && options is not { IsInner: true } ? options : Inside(options, options?.Deadline, keyAbove: key?.ForClientBelow());
    }

    /// <summary>The same for a call that is made on behalf of this one. Its key is the outer call's business, and so is its deadline unless one is given.</summary>
    internal static CallOptions Inside(
        CallOptions? outer, TimeSpan? deadline, CallKey? flight = null, CallKey? keyAbove = null, bool isInner = false, bool isAside = false, bool isFallback = false,
        long number = 0) => new()
        {
            Account = outer?.Account,
            Tenant = outer?.Tenant,
            Priority = outer?.Priority,
            Cost = outer?.Cost,
            Deadline = deadline,
            AttemptTimeout = outer?.AttemptTimeout,
            MaxWait = outer?.MaxWait,
            MaxRetries = outer?.MaxRetries,
            Replay = isAside ? null : outer?.Replay,
            Cache = outer?.Cache,
            Progress = isAside ? null : outer?.Progress,
            Flight = flight,
            KeyAbove = keyAbove,
            IsInner = isInner,
            IsAside = isAside,
            IsFallback = isFallback || outer is { IsFallback: true },
            Number = number,
        };
}
