using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Handlers.Stress;

/// <summary>
/// Fifty readers of the live events who read a few bytes now and then, while an app makes calls over loopback. Turns with and without them alternate, so that a slow
/// moment of the machine hits both. The calls' median must stay within 5 %, and what the process holds must not grow with what the readers leave unread.
/// </summary>
internal static class Readers
{
    private const int Count = 50;
    private const int Callers = 4;
    private const double Slower = 1.05;
    private const long MostGrowth = 64L * 1024 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenCalls = TimeSpan.FromMilliseconds(5);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpClient("shop").AddResilienceHandlers(options => options.Caching.Enabled = false);
        await using WebApplication app = builder.Build();
        app.MapGet("/things", () => "hello");
        app.MapResilienceStatus();
        await app.StartAsync();
        var home = new Uri(app.Urls.First());
        IHttpClientFactory clients = app.Services.GetRequiredService<IHttpClientFactory>();
        await CallAsync(clients, home, Turn / 2, []);

        ConcurrentBag<double> alone = [];
        ConcurrentBag<double> watched = [];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < (arguments.Limit ?? Longest))
        {
            await CallAsync(clients, home, Turn, alone);
            using var stop = new CancellationTokenSource();
            Task[] readers = [.. Enumerable.Range(0, Count).Select(_ => ReadAsync(home, stop.Token))];
            await CallAsync(clients, home, Turn, watched);
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            await stop.CancelAsync();
            await Task.WhenAll(readers);
        }

        double ratio = Median(watched) / Median(alone);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{alone.Count + watched.Count} calls; median {Median(alone):F0} µs alone, {Median(watched):F0} µs with {Count} slow readers ({ratio:F3}); {most / 1048576.0:F1} MiB more held"));
        return ratio <= Slower && most <= MostGrowth ? 0 : 1;
    }

    private static Task CallAsync(IHttpClientFactory clients, Uri home, TimeSpan time, ConcurrentBag<double> took) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            using HttpClient client = clients.CreateClient("shop");
            long start = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(start) < time)
            {
                long from = TimeProvider.System.GetTimestamp();
                (await client.GetAsync(new Uri(home, "/things"))).Dispose();
                took.Add(TimeProvider.System.GetElapsedTime(from).TotalMicroseconds);
                await Task.Delay(BetweenCalls, TimeProvider.System);
            }
        }));

    private static async Task ReadAsync(Uri home, CancellationToken token)
    {
        try
        {
            using var browser = new HttpClient();
            using HttpResponseMessage response = await browser.GetAsync(new Uri(home, "/resilience/events"), HttpCompletionOption.ResponseHeadersRead, token);
            await using Stream events = await response.Content.ReadAsStreamAsync(token);
            byte[] few = new byte[512];
            while (await events.ReadAsync(few, token) > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, token);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The turn is over.
        }
    }

    private static double Median(ConcurrentBag<double> values) => values.Order().ElementAtOrDefault(values.Count / 2);
}
