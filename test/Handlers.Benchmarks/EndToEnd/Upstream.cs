using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Handlers.Benchmarks.EndToEnd;

/// <summary>The server's process: answers everything with GitHub's headers and a kilobyte of JSON, until its standard input ends.</summary>
internal static class Upstream
{
    /// <summary>Answers below it may be stored, as GitHub's may; the others may not.</summary>
    public const string Storable = "storable/";

    private static readonly byte[] Body = [.. "{\"body\":\""u8, .. Enumerable.Repeat((byte)'x', 1013), .. "\"}"u8];

    public static async Task<int> RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Nothing is said to it; it only has to notice that its client has gone.
        }

        await app.StopAsync();
        return 0;
    }

    private static Task AnswerAsync(HttpContext context)
    {
        foreach ((string name, string value) in AnswerHeaders.GitHub)
        {
            context.Response.Headers[name] = value;
        }

        if (!context.Request.Path.StartsWithSegments("/storable", StringComparison.Ordinal))
        {
            context.Response.Headers.CacheControl = "no-store";
        }

        // A limit that nobody reaches: what is measured is the work, not the wait.
        context.Response.Headers["X-RateLimit-Limit"] = "1000000000";
        context.Response.Headers["X-RateLimit-Remaining"] = "999999999";
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = Body.Length;
        return context.Response.Body.WriteAsync(Body).AsTask();
    }
}
