using System.Threading.Tasks.Sources;

namespace Handlers.Quotas;

/// <summary>One waiting attempt: its place in the queue and the thing that is awaited. Its account's lock guards all but the end.</summary>
internal sealed class Waiter : IValueTaskSource<Admission>
{
    private readonly ManualResetEventSlim? _blocked;

    // Continuations never run on the thread that grants: it is somebody else's, or holds the caller's patience.
    private ManualResetValueTaskSourceCore<Admission> _source = new() { RunContinuationsAsynchronously = true };

    public Waiter(QuotaAccount account, Lane lane, in QuotaDemand demand)
    {
        Account = account;
        Lane = lane;
        Name = demand.Operation;
        Authority = demand.Authority;
        BodyBytes = demand.BodyBytes;
        Priority = demand.Priority;
        Tenant = demand.Tenant;
        _blocked = demand.Blocks ? new ManualResetEventSlim(initialState: false) : null;
    }

    public QuotaAccount Account { get; }

    public Lane Lane { get; }

    /// <summary>What it was thought to cost when it began to wait: its weight in the queue.</summary>
    public required Charge Charge { get; init; }

    /// <summary>What its cost is learned by; null where the caller knows it.</summary>
    public required string? Operation { get; init; }

    /// <summary>Its operation as the provider's plan names it.</summary>
    public string? Name { get; }

    public string? Authority { get; }

    public long BodyBytes { get; }

    public CallPriority Priority { get; }

    public string? Tenant { get; }

    public required long Since { get; init; }

    /// <summary>The tick at which waiting is over without a grant.</summary>
    public required long GiveUpAt { get; init; }

    /// <summary>What it could be told when it began to wait.</summary>
    public required Outlook Outlook { get; init; }

    public long Order { get; set; }

    public Waiter? Next { get; set; }

    public Waiter? Previous { get; set; }

    /// <summary>How the wait ended; <see cref="Admission.Waiting"/> until then. Whoever sets it under the lock decides the race of grant and cancellation.</summary>
    public Admission Outcome { get; private set; } = Admission.Waiting;

    public QuotaRefusal? Refusal { get; private set; }

    /// <summary>What it holds when granted.</summary>
    public Grant Grant { get; private set; }

    public void GrantNeedsLock(in Grant grant)
    {
        Grant = grant;
        Outcome = Admission.Granted;
    }

    public void RefuseNeedsLock(QuotaRefusal refusal)
    {
        Refusal = refusal;
        Outcome = Admission.Refused;
    }

    public void CancelNeedsLock() => Outcome = Admission.Cancelled;

    /// <summary>Wakes whoever waits. Called once, outside of the lock.</summary>
    public void Complete()
    {
        if (_blocked is not null)
        {
            _blocked.Set();
        }
        else
        {
            _source.SetResult(Outcome);
        }
    }

    /// <summary>Wakes those of a list whose wait has ended. Called outside of the lock.</summary>
    public static void CompleteAll(Waiter? ended)
    {
        while (ended is not null)
        {
            Waiter? next = ended.Next;
            ended.Next = null;
            ended.Complete();
            ended = next;
        }
    }

    /// <summary>What an awaiter passes to the source; the wait is awaited once.</summary>
    public short Version => _source.Version;

    /// <summary>Blocks until the wait has ended; to be called once.</summary>
    public Admission Wait()
    {
        _blocked!.Wait();
        return Outcome;
    }

    Admission IValueTaskSource<Admission>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Admission>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<Admission>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
