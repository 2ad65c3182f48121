using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Handlers;

/// <summary>
/// The body of an answer that is still to come: reads end at the call's deadline (a stream's: after a silence), and what the call holds is given back at the
/// body's end. Headers are copied raw.
/// </summary>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "The source goes back to the pool when the call ends.")]
internal sealed class CallContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly Call _call;
    private TimedSource? _source;
    private readonly LeakGuard? _guard;
    private int _ended;
    private volatile bool _expired;
    private volatile bool _givenUp;
    private int _reading;

    public CallContent(HttpContent inner, Call call, TimeoutCause cause)
    {
        _inner = inner;
        _call = call;
        bool isEmpty = false;
        foreach (KeyValuePair<string, HeaderStringValues> header in inner.Headers.NonValidated)
        {
            if (header.Value.Count == 1)
            {
                // As a list the lines are boxed, twice.
                string line = header.Value.ToString();
                Headers.TryAddWithoutValidation(header.Key, line);
                isEmpty |= line is "0" && header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);
            }
            else
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }

        // The deadline, or the attempt's time, may have passed while the beginning of an error body was read to judge it. Or just now: the last look at the clock was when
        // the headers came.
        bool isStream = cause == TimeoutCause.BodyIdle;
        bool isCancelled = call.BodySource is { IsCancellationRequested: true };
        bool isLate = (isCancelled ? call.Client.Clock.Now : call.Now) >= call.DeadlineAt;
        bool isCutOff = isCancelled && !isLate;
        Cause = isCutOff ? TimeoutCause.Peek : isCancelled ? TimeoutCause.Total : cause;
        _expired = isCancelled || (isLate && !isStream);
        _source = Rearm(call, isLimited: isStream ? Idle != Timeout.InfiniteTimeSpan : call.DeadlineAt != Clock.Never, isStream ? Clock.Never : call.DeadlineAt);

        // Nobody has to read, or dispose of, what has no bytes.
        if (isEmpty)
        {
            End();
            return;
        }

        // A body that nobody reads or disposes must not keep its slots for ever: the deadline ends it, and where there is none the finalizer does.
        if (call.Grant.IsHeld && !TryEndAtDeadline())
        {
            _guard = new LeakGuard(this);
        }
    }

    private TimeoutCause Cause { get; }

    /// <summary>How long a read may bring nothing.</summary>
    private TimeSpan Idle => Cause == TimeoutCause.BodyIdle ? _call.Policy.Options.BodyIdleTimeout : Timeout.InfiniteTimeSpan;

    /// <summary>Whether it ends by the deadline of another call that hands it on; silence ends a stream, whoever hands it on.</summary>
    internal bool EndsInTimeFor(Call outer) =>
        Cause == TimeoutCause.BodyIdle || outer.DeadlineAt == Clock.Never
        || (_call.DeadlineAt <= outer.DeadlineAt && ReferenceEquals(_call.Client.Clock.Time, outer.Client.Clock.Time));

    /// <summary>Reads from a source stream that may fall silent. Awaited once, by our own stream, so its state can be pooled: a stream of events is many reads.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int> ReadAsync(Stream inner, Memory<byte> buffer, CancellationToken token)
    {
        // A source goes back to the pool at the end of the body, unless a read is under way: that read's link to the caller could cancel somebody else.
        Interlocked.Exchange(ref _reading, 1);
        ThrowIfExpired();
        if (_source is null || Volatile.Read(ref _ended) != 0)
        {
            return await inner.ReadAsync(buffer, token).ConfigureAwait(false);
        }

        Listen();
        CancellationTokenRegistration link = token.UnsafeRegister(static state => ((CallContent)state!).GiveUp(), this);
        try
        {
            return await inner.ReadAsync(buffer, _source.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsLate(failure))
        {
            throw Late(failure, token);
        }
        finally
        {
            await link.DisposeAsync().ConfigureAwait(false);
            if (_givenUp)
            {
                Resume();
            }

            Rest();
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>
    /// The synchronous twin. A transport's synchronous read takes no token, and closing its stream first drains what is still to come (SocketsHttpHandler: for
    /// up to 2 s), so the read that can be cut off is the asynchronous one.
    /// </summary>
    internal int Read(Stream inner, Memory<byte> buffer, CancellationToken token)
    {
        ThrowIfExpired();
        if (_source is null || Volatile.Read(ref _ended) != 0)
        {
            return inner.Read(buffer.Span);
        }

        ValueTask<int> reading = ReadAsync(inner, buffer, token);
        return reading.IsCompletedSuccessfully ? reading.Result : reading.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>What a read brought; no bytes are the body's end.</summary>
    internal void Note(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            _call.Watcher?.End();
            End();
        }
        else
        {
            _call.Watcher?.Note(bytes);
        }
    }

    /// <summary>A read failed: what comes after it, if anything, is not what follows.</summary>
    internal void Break() => _call.Watcher?.Abandon();

    /// <summary>The body is over: read to its end, broken, or given up.</summary>
    internal void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _call.Watcher?.Abandon();
            _guard?.Disarm();
            _call.EndBody(reusable: Volatile.Read(ref _reading) == 0);
        }
    }

    /// <summary>A transport says it in a header, which is copied; a stub's content may know it without one.</summary>
    protected override bool TryComputeLength(out long length)
    {
        long? known = _inner.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Cause != TimeoutCause.BodyIdle && HeedsTokens(_inner) ? CopyAsync(stream, cancellationToken) : CopyByReadsAsync(stream, cancellationToken);

    private async Task CopyByReadsAsync(Stream stream, CancellationToken cancellationToken)
    {
        CallStream body = new(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), this);
        await using (body.ConfigureAwait(false))
        {
            await body.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using CallStream body = new(_inner.ReadAsStream(cancellationToken), this, cancellationToken);
        body.CopyTo(stream);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new CallStream(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), this);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) =>
        new CallStream(_inner.ReadAsStream(cancellationToken), this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            End();
        }

        base.Dispose(disposing);
    }

    /// <summary>The whole body by the transport's own copying, without a buffer in between and one link to the caller's token for all reads.</summary>
    private async Task CopyAsync(Stream stream, CancellationToken token)
    {
        Interlocked.Exchange(ref _reading, 1);
        CancellationTokenRegistration link = default;
        try
        {
            ThrowIfExpired();
            CancellationToken limit = token;
            if (_source is { } source && Volatile.Read(ref _ended) == 0)
            {
                limit = source.Token;
                link = token.UnsafeRegister(static state => ((CallContent)state!).GiveUp(), this);
            }

            Stream to = _call.Watcher is { } watcher ? new WatchedStream(stream, watcher) : stream;
            await _inner.CopyToAsync(to, limit).ConfigureAwait(false);
            _call.Watcher?.End();
        }
        catch (Exception failure) when (IsLate(failure))
        {
            throw Late(failure, token);
        }
        finally
        {
            await link.DisposeAsync().ConfigureAwait(false);
            Volatile.Write(ref _reading, 0);
            End();
        }
    }

    // The runtime's own contents copy until the token is cancelled. Others may know of no token there: HttpContent makes them implement the copying without one.
    private static bool HeedsTokens(HttpContent content) => content.GetType().Module == typeof(HttpContent).Module;

    /// <summary>The attempt's source, set to what now counts; it may have fired just before, then the first read says so.</summary>
    private static TimedSource? Rearm(Call call, bool isLimited, long dueAt)
    {
        if (!isLimited)
        {
            // Nothing will end it. A source armed for as long as a timer can be would keep a forgotten body, and its slot, for weeks.
            call.ReleaseBodySource();
            return null;
        }

        if (call.BodySource is { } source)
        {
            source.CancelAt(dueAt);
            return source;
        }

        return call.BodySource = TokenSourcePool.Rent(call.Client.Clock, dueAt);
    }

    /// <summary>The deadline came while the body held something: it is given back now, and whoever reads on is told.</summary>
    private void Expire()
    {
        // The caller of one read gave up, not the deadline.
        if (!_givenUp)
        {
            _expired = true;
            End();
        }
    }

    private bool TryEndAtDeadline()
    {
        if (Cause == TimeoutCause.BodyIdle || _source is null)
        {
            return false;
        }

        _source.Token.UnsafeRegister(static state => ((CallContent)state!).Expire(), this);
        return true;
    }

    private void GiveUp()
    {
        _givenUp = true;
        try
        {
            _source!.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The deadline ended the body just before, and the read with it. What is thrown here would hit the caller's source, or end the process from its timer.
        }
    }

    /// <summary>One read was given up, perhaps in the moment of its end. The body goes on, as far as the transport lets it, under what is left of its limit.</summary>
    private void Resume()
    {
        _givenUp = false;
        if (Volatile.Read(ref _ended) == 0)
        {
            TokenSourcePool.Return(_source!, reusable: false);
            _source = _call.BodySource = TokenSourcePool.Rent(_call.Client.Clock, Cause == TimeoutCause.Total ? _call.DeadlineAt : Clock.Never);
            if (_call.Grant.IsHeld)
            {
                TryEndAtDeadline();
            }
        }
    }

    private void ThrowIfExpired()
    {
        if (_expired)
        {
            throw Refusals.TimedOut(_call, Cause);
        }
    }

    private void Listen()
    {
        if (Idle is var idle && idle != Timeout.InfiniteTimeSpan)
        {
            Clock clock = _call.Client.Clock;
            _source!.CancelAt(clock.After(clock.Now, idle));
        }
    }

    private void Rest()
    {
        if (Idle != Timeout.InfiniteTimeSpan && Volatile.Read(ref _ended) == 0)
        {
            _source!.CancelAt(Clock.Never);
        }
    }

    private bool IsLate(Exception failure) =>
        _source is { IsCancellationRequested: true } && failure is (OperationCanceledException or IOException or ObjectDisposedException or HttpRequestException);

    private Exception Late(Exception failure, CancellationToken token) =>
        token.IsCancellationRequested ? new TaskCanceledException(failure.Message, failure, token) : Refusals.TimedOut(_call, Cause);
}
