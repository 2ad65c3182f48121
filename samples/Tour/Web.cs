using System.Globalization;
using Handlers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tour;

/// <summary>The tour as a page to look at: the scenes again and again, until somebody stops it.</summary>
internal static class Web
{
    private const string Local = "http://127.0.0.1:5100";

    public static async Task RunAsync(Stage stage, string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(args.SkipWhile(arg => arg != "--urls").Skip(1).FirstOrDefault() ?? Local);
        builder.Services.AddSingleton(stage.Monitor);
        await using WebApplication app = builder.Build();
        app.MapResilienceStatus("/resilience");
        await app.StartAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Six clients against hostile twins, live: {app.Urls.First()}/resilience (Ctrl+C ends it)"));

        IHostApplicationLifetime lifetime = app.Lifetime;
        while (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            Task round = Task.WhenAll(Scenes.All(stage).Select(scene => scene.PlayAsync()));
            await Task.WhenAny(round, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, lifetime.ApplicationStopping));
        }

        await app.StopAsync();
    }
}
