namespace Handlers.ResponseCaching;

/// <summary>
/// An answer that is to be stored, while its body comes. Costs little: many answers are never read, and only what was read to its end is stored. The base of
/// <see cref="CacheVisit"/> and no object of its own, because every miss pays for it.
/// </summary>
internal abstract class BodyCopy : BodyWatcher
{
    private const int FirstBuffer = 4096;

    // A response may be disposed while a read of it is under way: then whoever is at it cleans up.
    private const int Done = 0;
    private const int Idle = 1;
    private const int Busy = 2;
    private const int Abandoned = 3;

    private int _declared;
    private HttpResponseMessage? _response;
    private HttpContent? _content;
    private ReceivedFields _fields;
    private byte[] _copy = [];
    private int _copied;
    private int _state = Done;

    /// <summary>The largest body that is kept.</summary>
    protected abstract long MaxBytes { get; }

    /// <summary>From here on the body is copied. Once only.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="fields">Its fields as they came; given back here.</param>
    /// <param name="declared">How long its body should be; -1 when that is not known.</param>
    public void Begin(HttpResponseMessage response, in ReceivedFields fields, long declared)
    {
        _response = response;
        _content = response.Content;
        _fields = fields;
        _declared = (int)declared;
        Volatile.Write(ref _state, Idle);
    }

    public override void Note(ReadOnlySpan<byte> bytes)
    {
        if (!TryUse())
        {
            return;
        }

        long most = MaxBytes;
        bool fits = _copied + (long)bytes.Length <= most;
        if (fits)
        {
            Append(bytes, most);

            // Whoever knows the length stops reading there; the end itself may never be read.
            if (_copied == _declared)
            {
                Keep();
                fits = false;
            }
        }

        Release(goesOn: fits);
    }

    public override void End()
    {
        if (!TryUse())
        {
            return;
        }

        if (_copied >= _declared)
        {
            Keep();
        }

        Release(goesOn: false);
    }

    public override void Abandon()
    {
        int seen = Interlocked.CompareExchange(ref _state, Done, Idle);
        if (seen == Idle)
        {
            Drop();
        }
        else if (seen == Busy && Interlocked.CompareExchange(ref _state, Abandoned, Busy) == Idle)
        {
            Abandon();
        }
    }

    /// <summary>The body is complete.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="fields">Its fields as they came.</param>
    /// <param name="content">The content that it came with.</param>
    /// <param name="body">Its body.</param>
    protected abstract void Keep(HttpResponseMessage response, in ReceivedFields fields, HttpContent content, byte[] body);

    private bool TryUse() => Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle;

    private void Release(bool goesOn)
    {
        if (Interlocked.CompareExchange(ref _state, goesOn ? Idle : Done, Busy) != Busy || !goesOn)
        {
            Volatile.Write(ref _state, Done);
            Drop();
        }
    }

    private void Drop()
    {
        _response = null;
        _content = null;
        _copy = [];
        _fields.Return();
        _fields = default;
    }

    private void Keep() =>
        Keep(_response!, _fields, _content!, _copied == _copy.Length ? _copy : _copy.AsSpan(0, _copied).ToArray());

    private void Append(ReadOnlySpan<byte> bytes, long most)
    {
        int needed = _copied + bytes.Length;
        if (needed > _copy.Length)
        {
            int size = _declared >= needed ? _declared : Math.Max(needed, Math.Max(FirstBuffer, _copy.Length * 2));
            Array.Resize(ref _copy, (int)Math.Min(size, Math.Max(needed, most)));
        }

        bytes.CopyTo(_copy.AsSpan(_copied));
        _copied = needed;
    }
}
