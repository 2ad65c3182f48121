using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Handlers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace WebApp;

/// <summary>An answer as server-sent events, with what happens to the call behind it in between: nobody looks at a frozen page.</summary>
internal static class Live
{
    // More than a call tells in its life; a page that reads slowly holds the answer back, never the call's events.
    private const int Backlog = 256;

    /// <summary>Streams the pieces of <paramref name="answer"/>; the calls that it makes through <paramref name="client"/> tell their waits and retries.</summary>
    public static ServerSentEventsResult<object> Stream(string client, Func<CancellationToken, IAsyncEnumerable<string>> answer) =>
        TypedResults.ServerSentEvents(EventsAsync(client, answer));

    internal static async IAsyncEnumerable<SseItem<object>> EventsAsync(
        string client, Func<CancellationToken, IAsyncEnumerable<string>> answer, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        Channel<SseItem<object>> events = Channel.CreateBounded<SseItem<object>>(Backlog);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Task producer = ProduceAsync(client, answer, events.Writer, gone.Token);
        try
        {
            await foreach (SseItem<object> item in events.Reader.ReadAllAsync(aborted))
            {
                yield return item;
            }
        }
        finally
        {
            await gone.CancelAsync();
            await producer;
        }
    }

    private static async Task ProduceAsync(
        string client, Func<CancellationToken, IAsyncEnumerable<string>> answer, ChannelWriter<SseItem<object>> events, CancellationToken gone)
    {
        var progress = new EventProgress(events);
        try
        {
            using IDisposable scope = CallOptions.BeginScope(new CallOptions { Progress = progress, Priority = CallPriority.Interactive }, client);
            await foreach (string piece in answer(gone).WithCancellation(gone))
            {
                await events.WriteAsync(new SseItem<object>(new { text = piece }, "text"), gone);
            }

            await events.WriteAsync(new SseItem<object>(new { }, "done"), gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Nobody waits any more.
        }
        catch (Exception failure)
        {
            progress.Failed(failure);
        }
        finally
        {
            events.Complete();
        }
    }
}
