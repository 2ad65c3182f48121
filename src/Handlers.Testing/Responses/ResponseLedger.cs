namespace Handlers.Testing;

/// <summary>Counts the responses that were handed out and neither disposed nor read to their end.</summary>
internal sealed class ResponseLedger
{
    private int _open;

    internal int Open => Volatile.Read(ref _open);

    /// <summary>Puts the response's content under watch. <paramref name="ended"/> runs once, when the response is done with.</summary>
    internal HttpResponseMessage HandOut(HttpResponseMessage response, HttpRequestMessage request, Action? ended = null)
    {
        response.RequestMessage = request;
        if (request.Method == HttpMethod.Head)
        {
            ended?.Invoke(); // has no body to come, and nobody reads one
            return response;
        }

        Interlocked.Increment(ref _open);
        response.Content = new TrackedContent(
            response.Content,
            () =>
            {
                Interlocked.Decrement(ref _open);
                ended?.Invoke();
            });
        return response;
    }
}
