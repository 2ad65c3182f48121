namespace Handlers.ResponseCaching;

/// <summary>The whole body of an answer, read because others wait for it, and handed to the caller as well.</summary>
internal static class SharedBody
{
    /// <summary>Says what there is to share. Of a body that breaks, the failure is on the call.</summary>
    public static async Task<FlightOutcome> ReadAsync(Call call, CacheVisit visit)
    {
        Clock clock = call.Client.Clock;
        HttpResponseMessage response = call.Response!;
        TimeSpan left = call.Left;
        using var late = new CancellationTokenSource(left, clock.Time);
        using CancellationTokenRegistration link = call.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), late);
        try
        {
            // A stream may not heed its token. It is read into a buffer that nobody else has, so the read can be left behind; but only after the transport has been told:
            // registrations are called in reverse order, and this one comes before those of the reads.
            var leaving = new TaskCompletionSource<Prefix>(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration leave = late.Token.UnsafeRegister(static (state, token) => ((TaskCompletionSource<Prefix>)state!).TrySetCanceled(token), leaving);
            Task<Prefix> reading = BeginAsync(response.Content, visit.Options.MaxEntryBytes, late.Token);
            LeftBehind.Observe(reading);
            (Stream body, ReadOnlyMemory<byte> start, bool isWhole) = await (await Task.WhenAny(reading, leaving.Task).ConfigureAwait(false)).ConfigureAwait(false);
            call.Now = clock.Now;
            response.Content = new BufferedBody(response.Content, start, isWhole ? null : body);
            if (!isWhole)
            {
                call.Watcher!.Abandon();
                return FlightOutcome.NotShared;
            }

            call.Watcher!.Note(start.Span);
            call.Watcher.End();
            return visit.HasBrought ? FlightOutcome.Stored : FlightOutcome.NotShared;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            call.Watcher!.Abandon();
            call.Now = clock.Now;
            call.Fail(
                call.Token.IsCancellationRequested ? new TaskCanceledException(failure.Message, failure, call.Token)
                : late.IsCancellationRequested ? Refusals.DeadlinePassed(call)
                : failure is IOException ? new HttpRequestException(HttpRequestError.ResponseEnded, failure.Message, failure)
                : failure);
            return FlightOutcome.Failed;
        }
    }

    private static async Task<Prefix> BeginAsync(HttpContent content, long most, CancellationToken token)
    {
        Stream body = await content.ReadAsStreamAsync(token).ConfigureAwait(false);
        (ReadOnlyMemory<byte> start, bool isWhole) = await BodyPrefix.ReadAsync(body, most, token).ConfigureAwait(false);
        return new Prefix(body, start, isWhole);
    }

    private readonly record struct Prefix(Stream Body, ReadOnlyMemory<byte> Start, bool IsWhole);
}
