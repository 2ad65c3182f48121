namespace Handlers.ResponseCaching;

/// <summary>
/// The requests under way that others may wait for, at most one per key. A striped table of lists that run through the visits themselves, so that a request that
/// nobody waits for costs no allocation here.
/// </summary>
internal sealed class FlightTable
{
    private const int Stripes = 64;

    // Keys whose answers turned out not to be shareable; a lossy memory, so that not every herd queues up behind one request in vain.
    private const int Memory = 1024;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => new Stripe())];
    private readonly int[] _unshared = new int[Memory];

    /// <summary>
    /// Makes <paramref name="visit"/> the leader for its key, or returns the flight it should wait for. Where a differently negotiated request leads already
    /// (<c>Accept</c> and its kind) or a less urgent one, it goes alone.
    /// </summary>
    public Flight? LeadOrFollow(CacheVisit visit)
    {
        if (IsUnshared(visit.Key))
        {
            return null;
        }

        Stripe stripe = StripeOf(visit.Key);
        lock (stripe.Lock)
        {
            for (CacheVisit? other = stripe.First; other is not null; other = other.Next)
            {
                // Who comes after a write does not wait for what began before it.
                if (other.Key == visit.Key && !other.BeganBeforeWrite)
                {
                    return other.Leads(visit) ? other.Flight ??= new Flight() : null;
                }
            }

            visit.Next = stripe.First;
            visit.IsLeading = true;
            stripe.First = visit;
            return null;
        }
    }

    /// <summary>Ends the flight if nobody waits for it; else it stays open and the caller has to see to it that there is something to share.</summary>
    public bool TryLand(CacheVisit visit)
    {
        Stripe stripe = StripeOf(visit.Key);
        lock (stripe.Lock)
        {
            if (visit.Flight is not null)
            {
                return false;
            }

            RemoveNeedsLock(stripe, visit);
            return true;
        }
    }

    /// <summary>Ends the flight and tells those who wait.</summary>
    public void Land(CacheVisit visit, FlightOutcome outcome)
    {
        if (!visit.IsLeading)
        {
            return;
        }

        Stripe stripe = StripeOf(visit.Key);
        lock (stripe.Lock)
        {
            RemoveNeedsLock(stripe, visit);
        }

        visit.Flight?.TrySetResult(outcome);
    }

    /// <summary>Remembers whether the answers for a key are worth waiting for.</summary>
    public void Note(in ResponseKey key, bool shareable)
    {
        if (shareable == IsUnshared(key))
        {
            Volatile.Write(ref Slot(key), shareable ? 0 : Mark(key));
        }
    }

    private bool IsUnshared(in ResponseKey key) => Volatile.Read(ref Slot(key)) == Mark(key);

    private ref int Slot(in ResponseKey key) => ref _unshared[(uint)key.GetHashCode() % Memory];

    private static int Mark(in ResponseKey key) => key.GetHashCode() | 1;

    private Stripe StripeOf(in ResponseKey key) => _stripes[(uint)key.GetHashCode() % Stripes];

    private static void RemoveNeedsLock(Stripe stripe, CacheVisit visit)
    {
        if (ReferenceEquals(stripe.First, visit))
        {
            stripe.First = visit.Next;
        }
        else
        {
            for (CacheVisit? other = stripe.First; other is not null; other = other.Next)
            {
                if (ReferenceEquals(other.Next, visit))
                {
                    other.Next = visit.Next;
                    break;
                }
            }
        }

        visit.Next = null;
        visit.IsLeading = false;
    }

    private sealed class Stripe
    {
        public Lock Lock { get; } = new();

        public CacheVisit? First { get; set; }
    }
}
