using System.Net;
using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>One complete answer as it is stored: immutable, its fields raw, nothing of ours among them.</summary>
internal sealed class StoredResponse
{
    /// <summary>What an object with its arrays costs besides the text in it.</summary>
    private const int Overhead = 320;
    private const int FieldOverhead = 80;

    private const long NotAnchored = long.MinValue;
    private long _receivedAt = NotAnchored;
    private FieldTemplate? _template;

    public required int Status { get; init; }

    public required string? Reason { get; init; }

    public required Version Version { get; init; }

    public required StoredField[] Headers { get; init; }

    public required StoredField[] ContentHeaders { get; init; }

    public StoredField[] Trailers { get; init; } = [];

    public ReadOnlyMemory<byte> Body { get; init; }

    public required SelectingFields Selecting { get; init; }

    /// <summary>When it was received, or confirmed last.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>How old it was then.</summary>
    public required TimeSpan InitialAge { get; init; }

    public required Freshness Freshness { get; init; }

    public required ResponseDirectives Directives { get; init; }

    public required string? ETag { get; init; }

    public required string? LastModified { get; init; }

    public string? Date { get; init; }

    public bool HasValidator => Validators.IsUsable(ETag) || Validators.IsUsable(LastModified);

    public long Size { get; private set; }

    /// <summary>The fields in the form that is quick to copy; made at the first use.</summary>
    public FieldTemplate Template => _template ??= new FieldTemplate(Headers, ContentHeaders);

    /// <summary>Ties the wall-clock instant to this process's timestamps, once: from then on the age grows with the timestamps, whatever is done to the clock.</summary>
    public void Anchor(Clock clock, long now)
    {
        if (Volatile.Read(ref _receivedAt) == NotAnchored)
        {
            // From the future: a clock was set back, or another machine's goes wrong. By how much tells at least how little is known.
            TimeSpan ago = (clock.Time.GetUtcNow() - Received).Duration();
            Volatile.Write(ref _receivedAt, now - clock.After(0, ago));
        }
    }

    public void Anchor(long receivedAt) => Volatile.Write(ref _receivedAt, receivedAt);

    /// <summary>
    /// Whether this is the newer one of two that crossed on their ways: by the server's dates (RFC 9111 §4), and where they don't tell, by which came last. Both are
    /// anchored.
    /// </summary>
    public bool IsNewerThan(StoredResponse other)
    {
        if (HttpDate.TryParse(Date, Received, out DateTimeOffset date) && HttpDate.TryParse(other.Date, other.Received, out DateTimeOffset otherDate) && date != otherDate)
        {
            return date > otherDate;
        }

        return Volatile.Read(ref _receivedAt) > Volatile.Read(ref other._receivedAt);
    }

    /// <summary>Whether it was there already at this timestamp. It is anchored.</summary>
    public bool WasReceivedBy(long timestamp) => Volatile.Read(ref _receivedAt) <= timestamp;

    /// <summary>Whether it is the same, if perhaps confirmed since then or read from its bytes again.</summary>
    public bool IsSameAs(StoredResponse other) =>
        ReferenceEquals(this, other) || (ETag == other.ETag && LastModified == other.LastModified && Body.Span.SequenceEqual(other.Body.Span));

    /// <summary>RFC 9111 §4.2.3.</summary>
    public TimeSpan AgeAt(Clock clock, long now) => InitialAge + clock.Between(Volatile.Read(ref _receivedAt), now);

    public ReuseFacts FactsFor(in RequestDirectives request, ResponseCachingOptions options, Clock clock, long now) => new()
    {
        Status = Status,
        Age = AgeAt(clock, now),
        Lifetime = Freshness.Lifetime,
        Response = Selecting.IsChosenBelow ? Directives.WithValidation() : Directives,
        Request = request,
        StaleWhileRevalidate = options.StaleWhileRevalidate,
    };

    public StoredResponse Measured()
    {
        long size = Overhead + Body.Length + (2L * (Reason?.Length ?? 0)) + Measure(Headers) + Measure(ContentHeaders) + Measure(Trailers);
        for (int i = 0; i < Selecting.Count; i++)
        {
            size += FieldOverhead + (2L * (Selecting.NameAt(i).Length + (Selecting.ValueAt(i)?.Length ?? 0)));
        }

        Size = size;
        return this;
    }

    private static long Measure(StoredField[] fields)
    {
        long size = 0;
        foreach (StoredField field in fields)
        {
            size += FieldOverhead + (2L * field.Name.Length);
            for (int i = 0; i < field.Lines.Count; i++)
            {
                size += 2L * field.Lines[i].Length;
            }
        }

        return size;
    }
}
