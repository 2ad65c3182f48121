namespace Handlers.Stress.Calls;

/// <summary>One of many tasks of an app that make one call after the other.</summary>
internal sealed class Caller(Storm storm, App app, Target target, int seed)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);
    private static readonly List<HttpResponseMessage> Forgotten = [];

    private readonly Random _random = new(seed);

    public async Task RunAsync()
    {
        while (await storm.MayCallAsync())
        {
            bool refused;
            try
            {
                refused = await OneAsync(target.Draw(_random));
            }
            finally
            {
                storm.Ended();
            }

            if (refused)
            {
                // Nobody asks a closed door a hundred thousand times a second.
                await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(5, 50)), TimeProvider.System);
            }
        }
    }

    /// <summary>Makes a call; true when it was refused here.</summary>
    private async Task<bool> OneAsync(Ask ask)
    {
        using HttpRequestMessage request = ask.ToRequest();
        using var caller = new CancellationTokenSource();
        using HttpClient client = app.Create(target.Client);
        storm.Sample(request);
        long start = TimeProvider.System.GetTimestamp();
        if (ask.GiveUpAfter is { } patience)
        {
            caller.CancelAfter(patience);
        }

        HttpResponseMessage? response = null;
        try
        {
            response = await SendAsync(client, request, ask.IsSynchronous, caller.Token);
            if (response.GetCallReport() is { } report)
            {
                target.Tally.Ended(report, report.Verdict == VerdictKind.Ok || report.AlreadyDone);
            }

            if (IsForgotten(response))
            {
                response = null;
                return false;
            }

            await ReadAsync(response, ask, caller.Token);
            return false;
        }
        catch (Exception failure)
        {
            return Failed(failure, request, response is not null, caller.Token);
        }
        finally
        {
            response?.Dispose();
            TimeSpan over = TimeProvider.System.GetElapsedTime(start) - ask.Deadline;
            storm.Findings.Check(over <= Grace + (2 * storm.Lag.Recent), "late", $"{target}: {ask.Method} {ask.Path} was alive {over.TotalSeconds:F3} s past its deadline of {ask.Deadline.TotalSeconds:F3} s");
            storm.Over(over);
        }
    }

    private bool IsForgotten(HttpResponseMessage response)
    {
        lock (Forgotten)
        {
            bool forgets = storm.Arguments.Break == "permit" && Forgotten.Count < 3 && response.Content.Headers.ContentType?.MediaType == Sabotage.Stream;
            if (forgets)
            {
                Forgotten.Add(response);
            }

            return forgets;
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, bool synchronous, CancellationToken token) => synchronous
        ? Task.Factory.StartNew(
            () => client.Send(request, HttpCompletionOption.ResponseHeadersRead, token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);

    private async Task ReadAsync(HttpResponseMessage response, Ask ask, CancellationToken token)
    {
        string? start = null;
        switch (ask.Use)
        {
            case BodyUse.Buffer:
                start = await response.Content.ReadAsStringAsync(token);
                break;
            case BodyUse.Stream:
                await using (Stream stream = await response.Content.ReadAsStreamAsync(token))
                using (var reader = new StreamReader(stream))
                {
                    start = await reader.ReadToEndAsync(token);
                }

                break;
            case BodyUse.Part:
                await using (Stream stream = await response.Content.ReadAsStreamAsync(token))
                {
                    _ = await stream.ReadAtLeastAsync(new byte[2], 2, throwOnEndOfStream: false, token);
                }

                break;
            default:
                break;
        }

        // An answer that a twin repeats for a key names the path within its JSON.
        if (start is not null && ask.Echo is { } echo && response.IsSuccessStatusCode && start != echo && !start.Contains($"/{echo}\"", StringComparison.Ordinal))
        {
            storm.Findings.Broke("crossed", $"{target}: {ask.Method} {ask.Path} was answered \"{start[..Math.Min(start.Length, 60)]}\"");
        }
    }

    private bool Failed(Exception failure, HttpRequestMessage request, bool hasResponse, CancellationToken token)
    {
        bool expected = failure switch
        {
            OperationCanceledException when token.IsCancellationRequested => true,
            OperationCanceledException { InnerException: TimeoutException } => true, // the transport's connect timeout
            HttpRequestException => true,
            IOException => hasResponse,
            _ => false,
        };
        storm.Findings.Check(expected, "surprise", $"{target}: {failure.GetType().Name}: {failure.Message} {failure.StackTrace}");
        if (hasResponse)
        {
            target.Tally.BodyBroke();
            return false;
        }

        if (request.GetCallReport() is { } report)
        {
            target.Tally.Ended(report, succeeded: false);
        }

        if (failure is ResilienceRejectedException and not CallTimeoutException)
        {
            target.Tally.RefusedBeforeSending();
            return true;
        }

        return false;
    }
}
