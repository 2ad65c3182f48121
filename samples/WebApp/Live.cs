using System.ClientModel;
using System.Text.Json;
using Handlers;

namespace WebApp;

/// <summary>An answer as server-sent events, with what happens to the calls behind it in between: nobody looks at a frozen page.</summary>
internal static class Live
{
    public static async Task AnswerAsync(HttpContext http, IAsyncEnumerable<string> answer)
    {
        // From here on waits, retries and failures of the calls made in this request reach the person by themselves.
        await using ResilienceForwarding live = http.ForwardResilienceEvents();
        try
        {
            await foreach (string piece in answer.WithCancellation(http.RequestAborted))
            {
                await live.SendAsync("text", JsonSerializer.Serialize(new { text = piece }), http.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return; // nobody waits any more
        }
        catch (Exception failure) when (failure is HttpRequestException or ClientResultException)
        {
            // A call that failed has told so itself.
        }
        catch (Exception failure)
        {
            // A fault of ours: its text stays here.
            await live.SendAsync("error", JsonSerializer.Serialize(new { error = $"An error occurred: {failure.GetType().Name}", type = "unexpected", retries = 0 }), http.RequestAborted);
        }

        await live.SendAsync("done", "{}", http.RequestAborted);
    }
}
