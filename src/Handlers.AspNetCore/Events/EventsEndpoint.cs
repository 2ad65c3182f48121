using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Handlers.AspNetCore;

/// <summary>Everything that happens, as server-sent events: <c>GET {page}/events</c>.</summary>
internal static class EventsEndpoint
{
    /// <summary>A comment in between shows proxies that the connection lives, and us when it does not.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>
    /// What happens alone is sent at once; after that a moment's events are collected. Else a busy app would wake each of its readers thousands of times a second.
    /// </summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    public static async Task HandleAsync(HttpContext context, EventFeed feed, TimeProvider time, CancellationToken stopping)
    {
        EventStream.Begin(context);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        feed.Join();
        try
        {
            long cursor = feed.CursorOf(context.Request.Headers["Last-Event-ID"]);
            await SendAsync(context, Hello(feed, cursor), ends.Token).ConfigureAwait(false);
            while (true)
            {
                (IReadOnlyList<byte[]> frames, long lost, Task more) = feed.Ring.After(ref cursor);
                if (frames.Count > 0)
                {
                    PipeWriter body = context.Response.BodyWriter;
                    body.Write(lost > 0 ? EventFrame.Missed(feed.IdOf(cursor - frames.Count), lost) : []);
                    foreach (byte[] frame in frames)
                    {
                        body.Write(frame);
                    }

                    await body.FlushAsync(ends.Token).ConfigureAwait(false);
                    if (frames.Count < EventRing.Batch)
                    {
                        await Task.Delay(Moment, time, ends.Token).ConfigureAwait(false);
                    }
                }
                else if (!await ComesAsync(more, time, ends.Token).ConfigureAwait(false))
                {
                    await SendAsync(context, Comment, ends.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception) when (ends.IsCancellationRequested)
        {
            // The reader has gone, or the app stops.
        }
        finally
        {
            feed.Leave();
        }
    }

    private static byte[] Hello(EventFeed feed, long cursor) => [
        .. "retry: 2000\n"u8,
        .. EventFrame.Write(feed.IdOf(cursor), "hello", json =>
        {
            json.WriteNumber("version", StatusJson.Version);
            json.WriteString("run", feed.Run);
        })];

    private static async Task<bool> ComesAsync(Task more, TimeProvider time, CancellationToken token)
    {
        try
        {
            await more.WaitAsync(Heartbeat, time, token).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task SendAsync(HttpContext context, byte[] frame, CancellationToken token)
    {
        await context.Response.Body.WriteAsync(frame, token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
    }
}
