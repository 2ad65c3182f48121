using System.Net.Http.Headers;

namespace Handlers.Stress.Calls;

/// <summary>
/// Breaks one invariant now and then, below our handlers or beside them, so that it can be seen to fail: a check that nobody ever saw fail checks nothing.
/// </summary>
internal sealed class Sabotage(string? invariant) : DelegatingHandler
{
    public static readonly string[] All = ["early", "twice", "late", "limit", "permit", "heap", "task", "sums", "crossed", "surprise", "edits", "rotation"];

    /// <summary>What callers forget to dispose when permits are to be lost.</summary>
    public const string Stream = "text/event-stream";

    private const int OneIn = 200;

    private static readonly List<byte[]> Kept = [];
    private static int s_passed;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        bool strikes = Interlocked.Increment(ref s_passed) % OneIn == 0;
        switch (invariant)
        {
            case "late" when strikes:
                await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
                break;
            case "limit" when strikes:
                await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => AgainAsync(request)));
                break;
            case "surprise" when strikes:
                throw new InvalidOperationException("Nobody expects this.");
            case "task" when strikes:
                _ = Task.FromException(new InvalidOperationException("Nobody looks at this."));
                break;
            case "heap" when strikes:
                lock (Kept)
                {
                    Kept.Add(new byte[64 * 1024]);
                }

                break;
            case "twice" when request.Method == HttpMethod.Post && strikes:
            case "sums" when strikes:
                await AgainAsync(request);
                break;
            default:
                break;
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (invariant == "early" && (int)response.StatusCode == 429)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(900), TimeProvider.System, CancellationToken.None);
            await AgainAsync(request);
        }
        else if (invariant == "crossed" && strikes)
        {
            response.Content = new StringContent("somebody else's answer");
        }
        else if (invariant == "permit" && strikes)
        {
            // No deadline ends a stream.
            response.Content.Headers.ContentType = new MediaTypeHeaderValue(Stream);
        }

        return response;
    }

    private async Task AgainAsync(HttpRequestMessage request)
    {
        using var again = new HttpRequestMessage(request.Method, request.RequestUri);
        if (request.Content is not null)
        {
            again.Content = new ByteArrayContent(await request.Content.ReadAsByteArrayAsync());
        }

        foreach ((string name, HeaderStringValues values) in request.Headers.NonValidated)
        {
            again.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
        }

        try
        {
            (await base.SendAsync(again, CancellationToken.None)).Dispose();
        }
        catch (HttpRequestException)
        {
            // What comes of it is of no interest.
        }
    }
}
