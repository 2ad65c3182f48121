using System.Collections.Concurrent;
using System.Text;

namespace WebApp;

/// <summary>Takes what is exported over OTLP, for the smoke run alone. Names stand in the messages as plain text.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, string Text)> _received = new();
    private WebApplication? _app;

    public async Task<Uri> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
            _received.Enqueue((context.Request.Path, await reader.ReadToEndAsync(context.RequestAborted)));
        });
        await _app.StartAsync();
        return new Uri(_app.Urls.First());
    }

    public bool Got(string path, string name) => _received.Any(sent => sent.Path == path && sent.Text.Contains(name, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
