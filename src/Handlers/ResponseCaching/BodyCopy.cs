using System.Buffers;

namespace Handlers.ResponseCaching;

/// <summary>
/// An answer that is to be stored, while its body comes. Costs little: many answers are never read, and only what was read to its end is stored. The base of
/// <see cref="CacheVisit"/> and no object of its own, because every miss pays for it.
/// </summary>
internal abstract class BodyCopy : BodyWatcher
{
    private const int FirstBuffer = 4096;

    // A response may be disposed while a read of it is under way: then whoever is at it cleans up.
    private const byte Done = 0;
    private const byte Idle = 1;
    private const byte Busy = 2;
    private const byte Abandoned = 3;

    private HttpContent? _content;
    private StoredField[]? _fields;
    private byte[] _copy = [];
    private int _fieldCount;
    private int _declared;
    private int _copied;
    private bool _isRented;
    private byte _state = Done;

    /// <summary>The answer is stored.</summary>
    public bool HasSaved { get; protected set; }

    /// <summary>The largest body that is kept.</summary>
    protected abstract long MaxBytes { get; }

    /// <summary>From here on the body is copied. Once only.</summary>
    /// <param name="content">The content that it came with.</param>
    /// <param name="fields">Its fields as they came; given back here.</param>
    /// <param name="declared">How long its body should be; -1 when that is not known.</param>
    public void Begin(HttpContent content, in ReceivedFields fields, long declared)
    {
        _content = content;
        (_fields, _fieldCount) = fields;
        _declared = (int)declared;
        Volatile.Write(ref _state, Idle);
    }

    public override void Note(ReadOnlySpan<byte> bytes)
    {
        if (!TryUse())
        {
            // Two read at once: nobody can tell which bytes came first.
            Abandon();
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
        byte seen = Interlocked.CompareExchange(ref _state, Done, Idle);
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
    /// <param name="fields">The answer's fields as they came.</param>
    /// <param name="content">The content that it came with.</param>
    /// <param name="body">Its body.</param>
    protected abstract void Keep(in ReceivedFields fields, HttpContent content, byte[] body);

    /// <summary>The body was not read, did not fit, or broke off.</summary>
    protected abstract void GiveUp();

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
        _content = null;
        Replace([], isRented: false);
        new ReceivedFields(_fields, _fieldCount).Return();
        _fields = null;
        if (!HasSaved)
        {
            GiveUp();
        }
    }

    private void Keep() =>
        Keep(new ReceivedFields(_fields, _fieldCount), _content!, _copied == _copy.Length && !_isRented ? _copy : _copy.AsSpan(0, _copied).ToArray());

    private void Append(ReadOnlySpan<byte> bytes, long most)
    {
        int needed = _copied + bytes.Length;
        if (needed > _copy.Length)
        {
            Grow(needed, most);
        }

        bytes.CopyTo(_copy.AsSpan(_copied));
        _copied = needed;
    }

    /// <summary>A body whose length is known gets the array that will be stored; any other is gathered in a rented one.</summary>
    private void Grow(int needed, long most)
    {
        bool isKnown = _declared >= needed;
        int size = isKnown ? _declared : Math.Max(needed, (int)Math.Min(Math.Max(FirstBuffer, _copy.Length * 2L), most));
        byte[] larger = isKnown ? new byte[size] : ArrayPool<byte>.Shared.Rent(size);
        _copy.AsSpan(0, _copied).CopyTo(larger);
        Replace(larger, isRented: !isKnown);
    }

    private void Replace(byte[] copy, bool isRented)
    {
        if (_isRented)
        {
            ArrayPool<byte>.Shared.Return(_copy);
        }

        (_copy, _isRented) = (copy, isRented);
    }
}
