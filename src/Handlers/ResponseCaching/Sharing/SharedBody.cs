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
            Stream body = await response.Content.ReadAsStreamAsync(late.Token).ConfigureAwait(false);
            (ReadOnlyMemory<byte> start, bool isWhole) = await BodyPrefix.ReadAsync(body, visit.Options.MaxEntryBytes, late.Token).ConfigureAwait(false);
            call.Now = clock.Now;
            response.Content = new BufferedBody(response.Content, start, isWhole ? null : body);
            if (!isWhole)
            {
                call.Watcher!.Abandon();
                return FlightOutcome.NotShared;
            }

            call.Watcher!.Note(start.Span);
            call.Watcher.End();
            return visit.HasSaved ? FlightOutcome.Stored : FlightOutcome.NotShared;
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
}
