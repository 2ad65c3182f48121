using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Handlers;

/// <summary>
/// The response of one request as a stream of server-sent events, in which the waits, retries and failures of the calls made within that request appear by
/// themselves: <c>retry</c>, <c>queued</c> and <c>error</c>. Write what you have to say with <see cref="SendAsync"/>; dispose it at the end of the request.
/// </summary>
/// <remarks>Events wait in a queue of 256; a reader who is too slow loses the oldest. No call waits for it.</remarks>
public sealed class ResilienceForwarding : IAsyncDisposable
{
    private const int Capacity = 256;

    /// <summary>Shorter waits in the queue are no news to a person.</summary>
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(0.5);

    private readonly HttpContext _context;
    private readonly IDisposable _scope;
    private readonly Channel<byte[]> _frames = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _pump;

    internal ResilienceForwarding(HttpContext context)
    {
        _context = context;
        AspNetCore.EventStream.Begin(context);
        _scope = CallOptions.BeginScope(new CallOptions { Progress = new Forward(this) });
        _pump = PumpAsync();
    }

    /// <summary>Sends an event of your own. Comes after the events that happened before it.</summary>
    /// <param name="name">The event's name; one line.</param>
    /// <param name="data">The event's data; may have several lines.</param>
    /// <param name="cancellationToken">Gives up waiting for a slow reader.</param>
    /// <exception cref="ArgumentException">The name has a line break.</exception>
    public async Task SendAsync(string name, string data, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(data);
        if (name.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new ArgumentException("The name of an event is one line.", nameof(name));
        }

        var frame = new StringBuilder("event: ").Append(name).Append('\n');

        // Of all that ends a line elsewhere only these do here (WHATWG HTML §9.2.5): U+2028 is a character like any other, also within a string of JSON.
        foreach (string line in data.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\r', '\n'))
        {
            frame.Append("data: ").Append(line).Append('\n');
        }

        await WriteAsync(Encoding.UTF8.GetBytes(frame.Append('\n').ToString()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends what is still waiting and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        _scope.Dispose();
        _frames.Writer.TryComplete();
        await _pump.ConfigureAwait(false);
        _writing.Dispose();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await _frames.Reader.WaitToReadAsync(_context.RequestAborted).ConfigureAwait(false))
            {
                await WriteAsync(ReadOnlyMemory<byte>.Empty, _context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The person has gone. The request's own code is told by its token, or when it writes.
        }
    }

    /// <summary>Writes what has happened until now, and then <paramref name="own"/>.</summary>
    private async Task WriteAsync(ReadOnlyMemory<byte> own, CancellationToken token)
    {
        await _writing.WaitAsync(token).ConfigureAwait(false);
        try
        {
            while (_frames.Reader.TryRead(out byte[]? frame))
            {
                await _context.Response.Body.WriteAsync(frame, token).ConfigureAwait(false);
            }

            await _context.Response.Body.WriteAsync(own, token).ConfigureAwait(false);
            await _context.Response.Body.FlushAsync(token).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private sealed class Forward(ResilienceForwarding to) : IProgress<ResilienceEvent>
    {
        public void Report(ResilienceEvent value)
        {
            bool tells = value.Kind is ResilienceEventKind.RetryScheduled or ResilienceEventKind.GaveUp
                || (value is { Kind: ResilienceEventKind.Queued, Attempt: 1 } && !(value.Delay < LeastWait));
            if (tells)
            {
                to._frames.Writer.TryWrite(AspNetCore.EventFrame.ForPerson(value));
            }
        }
    }
}
