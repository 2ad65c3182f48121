using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>The <c>RateLimit</c> fields of one answer. Plain counts, which is what nearly everybody sends, are read without allocating.</summary>
internal readonly struct RateLimitReadings
{
    private readonly IReadOnlyList<RateLimitReading>? _list;
    private readonly RateLimitReading _only;
    private readonly bool _hasOnly;

    public RateLimitReadings(in RateLimitFields fields, DateTimeOffset serverNow)
    {
        if (fields.RateLimit is null && fields.Policies is null)
        {
            LimitHeaders plain = new()
            {
                Limit = fields.Limit ?? fields.LegacyLimit,
                Remaining = fields.Remaining ?? fields.LegacyRemaining,
                Reset = fields.Reset ?? fields.LegacyReset,
            };
            if (plain.IsEmpty || TryReadPlain(plain, serverNow, out _only))
            {
                _hasOnly = !plain.IsEmpty;
                return;
            }
        }

        _list = fields.Read(serverNow);
    }

    private int Count => _hasOnly ? 1 : _list?.Count ?? 0;

    private RateLimitReading this[int index] => _hasOnly ? _only : _list![index];

    /// <summary>
    /// The wait until every policy with nothing left lets requests through again. In a refusal also the policies that it says were violated, and, when there
    /// is no count at all, a bare reset.
    /// </summary>
    public ServerWait Exhausted(in JsonBody body, bool isRefusal)
    {
        TimeSpan? latest = null;
        for (int i = 0; i < Count; i++)
        {
            RateLimitReading reading = this[i];
            bool counts = reading.Remaining == 0 || (isRefusal && (reading.Remaining is null || IsViolated(body, reading.Policy)));
            if (counts && reading.ResetAfter is { } reset && (latest is null || reset > latest))
            {
                latest = reset;
            }
        }

        return latest is null ? ServerWait.None : new(latest, "RateLimit names the reset of an exhausted policy");
    }

    /// <summary>Passes on what the ledger can use: rates, told apart by their windows. Of policies without a window only the tightest can be known again.</summary>
    public void Observe(string resource, ref QuotaObservations observed)
    {
        int tightest = -1;
        for (int i = 0; i < Count; i++)
        {
            RateLimitReading reading = this[i];
            if (reading.Unit == "concurrent-requests" || reading is { Limit: null, Remaining: null })
            {
                continue;
            }

            if (reading.Window is not null)
            {
                observed.TryAdd(Observation(resource, reading));
            }
            else if (tightest < 0 || IsTighter(reading, this[tightest]))
            {
                tightest = i;
            }
        }

        if (tightest >= 0)
        {
            observed.TryAdd(Observation(resource, this[tightest]));
        }
    }

    private static bool IsTighter(in RateLimitReading one, in RateLimitReading other) =>
        (one.Remaining ?? long.MaxValue, -(one.ResetAfter ?? TimeSpan.Zero)).CompareTo((other.Remaining ?? long.MaxValue, -(other.ResetAfter ?? TimeSpan.Zero))) < 0;

    private static QuotaObservation Observation(string resource, in RateLimitReading reading) =>
        new(resource, reading.Unit == "content-bytes" ? LimitUnit.Bytes : LimitUnit.Requests)
        {
            Limit = reading.Limit ?? QuotaObservation.Unknown,
            Remaining = reading.Remaining ?? QuotaObservation.Unknown,
            Reset = reading.ResetAfter ?? Timeout.InfiniteTimeSpan,
            Window = reading.Window ?? Timeout.InfiniteTimeSpan,
        };

    private static bool IsViolated(in JsonBody body, string? policy)
    {
        if (policy is not null)
        {
            foreach (JsonBody name in body.EnumerateArray("violated-policies"))
            {
                if (name.Has(policy))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // The three fields of draft -03 and their X- ancestors when they hold one number each; anything richer takes the structured parser.
    private static bool TryReadPlain(in LimitHeaders plain, DateTimeOffset serverNow, out RateLimitReading reading)
    {
        long limit = LimitHeaders.Count(plain.Limit);
        long remaining = LimitHeaders.Count(plain.Remaining);
        TimeSpan? reset = null;
        if (EpochInstant.TryParse(plain.Reset, EpochUnit.Seconds, out DateTimeOffset instant, out _))
        {
            reset = RetryAfter.Until(instant, serverNow);
        }
        else if (WireDuration.TryParseSeconds(plain.Reset, out TimeSpan wait))
        {
            reset = wait;
        }

        reading = new RateLimitReading(
            Limit: limit < 0 ? null : limit,
            Remaining: remaining < 0 ? null : remaining,
            ResetAfter: reset);
        return (plain.Limit is null || limit >= 0) && (plain.Remaining is null || remaining >= 0) && (plain.Reset is null || reset is not null);
    }
}
