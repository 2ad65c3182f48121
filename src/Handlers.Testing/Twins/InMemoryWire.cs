namespace Handlers.Testing;

/// <summary>The way to a twin in memory and back: what the network costs, and what its client sees of faults on the wire.</summary>
internal sealed class InMemoryWire(ProviderTwin twin)
{
    private readonly ResponseLedger _responses = new();

    /// <summary>Responses that were neither disposed nor read to their end.</summary>
    public int Undisposed => _responses.Open;

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        TwinRequest sent = await OpenAsync(request, cancellationToken).ConfigureAwait(false);
        if (request.Content is { } content)
        {
            using var body = new MemoryStream();
            await content.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
            sent.Body = body.ToArray();
        }

        return await ExchangeAsync(sent, request, cancellationToken).ConfigureAwait(false);
    }

    public HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        TwinRequest sent = OpenAsync(request, cancellationToken).GetAwaiter().GetResult();
        if (request.Content is { } content)
        {
            using var body = new MemoryStream();
            content.CopyTo(body, context: null, cancellationToken);
            sent.Body = body.ToArray();
        }

        return ExchangeAsync(sent, request, cancellationToken).GetAwaiter().GetResult();
    }

    private async Task<TwinRequest> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TwinRequest sent = twin.Depart(request);
        if (twin.RefusesConnection(sent))
        {
            await twin.DelayAsync(twin.NetworkDelay(), cancellationToken).ConfigureAwait(false);
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"Connection refused ({sent.Uri.Authority})");
        }

        return sent;
    }

    private async Task<HttpResponseMessage> ExchangeAsync(TwinRequest sent, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The provider goes on with what has reached it, whether or not the client still waits.
        TwinReply reply = await TravelAsync(sent).WaitAsync(cancellationToken).ConfigureAwait(false);
        switch (reply.WireFault)
        {
            case TwinFaultKind.NoAnswer:
                await twin.DelayAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
                break;
            case not null:
                throw new HttpRequestException(
                    HttpRequestError.ResponseEnded,
                    "An error occurred while sending the request.",
                    new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely."));
        }

        twin.Deliver(reply);
        return _responses.HandOut(reply.ToMessage(twin.Time), request);
    }

    private async Task<TwinReply> TravelAsync(TwinRequest request)
    {
        await twin.DelayAsync(twin.NetworkDelay()).ConfigureAwait(false);
        TwinReply reply = await twin.HandleAsync(request).ConfigureAwait(false);
        await twin.DelayAsync(twin.NetworkDelay()).ConfigureAwait(false);
        return reply;
    }
}
