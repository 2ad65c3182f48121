using System.Net.Http.Headers;
using Handlers;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tour;

/// <summary>The app: twins on Kestrel with their limits scaled to seconds, and a host with one named client for each, one line apiece.</summary>
internal sealed class Stage : IAsyncDisposable
{
    // Nobody watches for the hour that such a limit takes to come back.
    private const int Plenty = 1_000_000;

    private readonly List<TwinHost> _twins = [];
    private IHost? _host;

    public GitHubTwin GitHub { get; } = new(GitHubScaled());

    public OpenAITwin OpenAI { get; } = new(new OpenAITwinOptions
    {
        RequestsPerMinute = 300,
        Period = TimeSpan.FromSeconds(8),
        TokensPerMinute = 2_000_000,
        ServiceTime = TimeSpan.FromMilliseconds(60),
        Faults = { TwinFault.Outage(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6)) },
    });

    public GeminiTwin Gemini { get; } = new(new GeminiTwinOptions
    {
        RequestsPerMinute = 60,
        Minute = TimeSpan.FromSeconds(5),
        QuotaValue = false,
        ServiceTime = TimeSpan.FromMilliseconds(80),
        Faults = { new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Probability = 0.02 } },
    });

    public InstantlyTwin Instantly { get; } = new(new InstantlyTwinOptions { PerSecond = 20, ServiceTime = TimeSpan.FromMilliseconds(50) });

    public AttioTwin Attio { get; } = new(new AttioTwinOptions
    {
        ReadsPerSecond = 25,
        WritesPerSecond = 10,
        ServiceTime = TimeSpan.FromMilliseconds(50),
        Faults = { TwinFault.Unavailable(0.02) },
    });

    public LinearTwin Linear { get; } = new(new LinearTwinOptions
    {
        RequestsPerHour = Plenty,
        SearchesPerMinute = 20,
        SearchPeriod = TimeSpan.FromSeconds(2),
        ServiceTime = TimeSpan.FromMilliseconds(50),
        Faults = { new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Probability = 0.03 } },
    });

    public IResilienceMonitor Monitor => _host!.Services.GetRequiredService<IResilienceMonitor>();

    private (string Name, ProviderTwin Twin)[] Apis =>
        [("github", GitHub), ("openai", OpenAI), ("gemini", Gemini), ("instantly", Instantly), ("attio", Attio), ("linear", Linear)];

    public static async Task<Stage> BuildAsync(string[] args)
    {
        var stage = new Stage();
        HostApplicationBuilder app = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = [.. args.Where(arg => arg != "--json")],
            ContentRootPath = AppContext.BaseDirectory,
        });
        foreach ((string name, ProviderTwin twin) in stage.Apis)
        {
            TwinHost host = await TwinHost.StartAsync(twin);
            stage._twins.Add(host);

            // What a user writes: a named client and one line.
            app.Services.AddHttpClient(name, client =>
                {
                    client.BaseAddress = host.BaseAddress;
                    client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "tour");
                })
                .AddResilienceHandlers();
        }

        stage._host = app.Build();
        await stage._host.StartAsync();
        return stage;
    }

    public HttpClient Client(string name) => _host!.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        foreach (TwinHost twin in _twins)
        {
            await twin.DisposeAsync();
        }
    }

    private static GitHubTwinOptions GitHubScaled()
    {
        var options = new GitHubTwinOptions
        {
            CoreLimit = 700,
            Window = TimeSpan.FromSeconds(5),
            SecondaryWindow = TimeSpan.FromSeconds(5),
            ContentHourlyLimit = Plenty,
            ServiceTime = TimeSpan.FromMilliseconds(40),
            Penalty = TimeSpan.FromSeconds(2),
            Faults =
            {
                TwinFault.Unavailable(0.02),
                new TwinFault(TwinFaultKind.StalledBody) { Match = request => request.Path == "/repos/o/r/stalled" },
            },
        };
        options.Redirects["/repos/old/r"] = "/repos/o/r";
        return options;
    }
}
