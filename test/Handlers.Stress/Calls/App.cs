using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Handlers.Stress.Calls;

/// <summary>
/// One app as it would be: a host, named clients with one line each, settings that are edited while it runs, chains rebuilt each second, and its own servers on
/// loopback. Two of them run side by side: on the system's clock, where token sources are pooled, and on a clock that jumps.
/// </summary>
internal sealed class App : IAsyncDisposable
{
    public static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    /// <summary>Over sockets nobody knows when a request left: what comes this soon after a refusal was under way, on a busy machine as much longer as threads are late.</summary>
    private static readonly TimeSpan UnderWay = TimeSpan.FromMilliseconds(100);

    private readonly FaultyServer _faulty = new();
    private readonly Uri _closed = RawServer.ClosedPort();
    private readonly RejectedEditCount _rejected = new();
    private readonly Dictionary<string, (long Now, long Before)> _slots = new(StringComparer.Ordinal) { ["bulk"] = (48, 48), ["keyed"] = (6, 6) };
    private readonly HttpClient _bare = new() { Timeout = TimeSpan.FromSeconds(1) };
    private TwinHost? _twins;
    private RawServer? _full;
    private IHost? _host;

    private App(string name, TimeProvider time, Storm storm, int seed)
    {
        Name = name;
        Time = time;
        Settings = new LiveSettings(Initial());
        Targets = Make(storm, seed);
    }

    public string Name { get; }

    public TimeProvider Time { get; }

    public LiveSettings Settings { get; }

    public Target[] Targets { get; }

    public IResilienceMonitor Monitor => _host!.Services.GetRequiredService<IResilienceMonitor>();

    /// <summary>Bad edits that were told of.</summary>
    public int RejectedEdits => _rejected.Count;

    /// <summary>All twins are down while this is set.</summary>
    public volatile bool IsDown;

    public Target TargetOf(string client) => Array.Find(Targets, target => target.Client == client)!;

    public HttpClient Create(string client) => _host!.Services.GetRequiredService<IHttpClientFactory>().CreateClient(client);

    public static async Task<App> StartAsync(string name, TimeProvider time, Storm storm, int seed)
    {
        var app = new App(name, time, storm, seed);
        ProviderTwin[] twins = [.. app.Targets.Select(target => target.Twin).OfType<ProviderTwin>()];
        app._twins = await TwinHost.StartAsync(twins);
        app._full = await RawServer.NeverAcceptAsync();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        ((IConfigurationBuilder)builder.Configuration).Add(app.Settings);
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddProvider(app._rejected);
        if (!ReferenceEquals(time, TimeProvider.System))
        {
            builder.Services.AddSingleton(time);
        }

        foreach (Target target in app.Targets)
        {
            Uri address = target.Twin is { } twin ? app._twins.AddressOf(twin) : app._faulty.BaseAddress;
            builder.Services
                .AddHttpClient(target.Client, client =>
                {
                    client.BaseAddress = address;
                    client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "stress");
                })
                .AddResilienceHandlers()
                .AddHttpMessageHandler(() => new Sabotage(storm.Arguments.Break))
                .AddHttpMessageHandler(() => new AttemptGauge(target))
                .ConfigurePrimaryHttpMessageHandler(() => Primary(target))
                .SetHandlerLifetime(storm.Arguments.Break == "rotation" ? Timeout.InfiniteTimeSpan : Lifetime);
        }

        app._host = builder.Build();
        await app._host.StartAsync();
        return app;
    }

    /// <summary>Closes the port of a twin for a moment, so that connections are cut and refused.</summary>
    public async Task CutAsync(Target target, TimeSpan time)
    {
        await _twins!.CloseAsync(target.Twin!);
        await Task.Delay(time, TimeProvider.System);
        for (int tries = 1; ; tries++)
        {
            try
            {
                await _twins.ReopenAsync(target.Twin!);
                return;
            }
            catch (IOException) when (tries < 50)
            {
                // A connection of somebody's got the port in between.
                await Task.Delay(time, TimeProvider.System);
            }
        }
    }

    /// <summary>Remembers what a good edit says about slots.</summary>
    public void Edited(string key, string value)
    {
        foreach ((string client, (long now, _)) in _slots.ToArray())
        {
            if (key == $"Clients:{client}:Pacing:MaxConcurrency")
            {
                _slots[client] = (long.Parse(value, CultureInfo.InvariantCulture), now);
            }
        }
    }

    /// <summary>Whether a client may have so many slots: as the last good edit says, or the one before where no call has come since.</summary>
    public bool MayHave(string client, long slots) => !_slots.TryGetValue(client, out (long Now, long Before) edited) || slots == edited.Now || slots == edited.Before;

    /// <summary>A request to each twin past all handlers: a twin forgets what is out of date when something arrives.</summary>
    public async Task KnockAsync()
    {
        foreach (Target target in Targets.Where(target => target.Twin is not null))
        {
            try
            {
                (await _bare.GetAsync(_twins!.AddressOf(target.Twin!))).Dispose();
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Refused, reset, silent: one of its faults.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        _bare.Dispose();
        _rejected.Dispose();
        await _faulty.DisposeAsync();
        if (_twins is not null)
        {
            await _twins.DisposeAsync();
        }

        if (_full is not null)
        {
            await _full.DisposeAsync();
        }
    }

    [SuppressMessage("Usage", "CA2262", Justification = "KiB: headers of one megabyte come through to our handlers, those of three don't.")]
    private static SocketsHttpHandler Primary(Target target)
    {
        target.ChainBuilt();
        return new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = Lifetime,
            MaxResponseHeadersLength = 2048,
            UseProxy = false,
        };
    }

    private static Dictionary<string, string?> Initial()
    {
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase);
        Set("Defaults:TotalTimeout", TotalTimeout.ToString());
        Set("Defaults:AttemptTimeout", AttemptTimeout.ToString());
        Set("Defaults:BodyIdleTimeout", "00:00:01");
        Set("Defaults:Retry:BaseDelay", "00:00:00.005");
        Set("Defaults:Retry:MaxDelay", "00:00:00.050");
        Set("Defaults:CircuitBreaker:FailureRatio", "0.5");
        Set("Defaults:CircuitBreaker:MinimumThroughput", "20");
        Set("Defaults:CircuitBreaker:SamplingDuration", "00:00:01");
        Set("Defaults:CircuitBreaker:BreakDuration", "00:00:00.200");
        Set("Defaults:CircuitBreaker:MaxBreakDuration", "00:00:01");
        Set("Defaults:CircuitBreaker:RampDuration", "00:00:00.500");
        Set("Clients:bulk:Pacing:MaxConcurrency", "48");
        Set("Clients:paced:Pacing:Limits", "40/second");
        Set("Clients:strict:Caching:Enabled", "false");
        Set("Clients:dated:Caching:Enabled", "false");
        Set("Clients:keyed:Idempotency:HeaderName", "Idempotency-Key");
        Set("Clients:keyed:Pacing:MaxConcurrency", "6");
        Set("Clients:github:Pacing:MaxConcurrency", "4");
        Set("Clients:github:Pacing:Limits", "none");
        Set("Clients:github:Pacing:Groups:writes:MinInterval", "00:00:00");
        Set("Clients:github:Pacing:Groups:writes:Match", "POST /*");
        Set("Clients:wire:CircuitBreaker:FailureRatio", "0.95");
        Set("Clients:dead:CircuitBreaker:BreakDuration", "00:00:00.100");
        return settings;

        void Set(string key, string value) => settings["ResilienceHandlers:" + key] = value;
    }

    private Target[] Make(Storm storm, int seed)
    {
        Asks asks = new(storm.Journal, TotalTimeout);
        return
        [
            Twinned("bulk", 60, asks.Thing, options => Troubled(options, 1), most: 48),
            Twinned("paced", 8, asks.Read, options => Troubled(options, 0.2), pace: new Pace(40, TimeSpan.FromSeconds(1), storm.Lag)),
            Twinned("strict", 5, asks.Thing, options => options.Limits.Add(new TwinLimit("calls", 60, TimeSpan.FromSeconds(1)))),
            Twinned("dated", 3, asks.Read, options =>
            {
                options.Limits.Add(new TwinLimit("calls", 60, TimeSpan.FromSeconds(1)));
                options.Hints = TwinHints.RetryAfterDate;
            }),
            Twinned("keyed", 8, asks.KeyedWrite, options =>
            {
                Troubled(options, 4);
                options.IdempotencyHeader = "Idempotency-Key";
                options.KeysKeptFor = 2 * TotalTimeout;
            }, most: 6),
            GitHub(),
            Wire(),
            Twinned("dead", 2, random => asks.Dead([_twins!.AddressOf(TargetOf("dead").Twin!), _full!.BaseAddress, _closed])(random)),
        ];

        Target Twinned(string client, int share, Func<Random, Ask> draw, Action<GenericTwinOptions>? tune = null, int? most = null, Pace? pace = null)
        {
            var options = new GenericTwinOptions { BodyOf = request => request.Path.TrimStart('/') };
            Target? target = null;
            Watch(options, () => target!);
            tune?.Invoke(options);
            var twin = new GenericTwin(options);
            return target = new Target(Name, client, storm.Journal, storm.Findings) { Twin = twin, Draw = draw, Share = share, MostAtOnce = most, Pace = pace };
        }

        Target Wire()
        {
            var target = new Target(Name, "wire", storm.Journal, storm.Findings) { Draw = asks.Wire, Share = 6 };
            _faulty.Arrived = (method, attempt, write) =>
            {
                target.Arrives(attempt);
                target.Executes(method, write);
            };
            return target;
        }

        Target GitHub()
        {
            const int Plenty = 100_000_000;
            var options = new GitHubTwinOptions
            {
                CoreLimit = Plenty,
                AnonymousLimit = Plenty,
                MaxConcurrent = Plenty,
                PointsLimit = Plenty,
                ContentLimit = Plenty,
                ContentHourlyLimit = Plenty,
                SecondaryWindow = TimeSpan.FromSeconds(1),
            };
            options.Redirects["/repos/old/r"] = "/repos/o/r";
            Target? target = null;
            Watch(options, () => target!);
            Troubled(options, 0.5);
            return target = new Target(Name, "github", storm.Journal, storm.Findings)
            {
                Twin = new GitHubTwin(options),
                Draw = asks.Issue,
                Share = 8,
                MostAtOnce = 4,
            };
        }

        void Watch(TwinOptions options, Func<Target> target)
        {
            options.Seed = seed;
            options.ServiceTime = TimeSpan.Zero;
            options.KeepLog = false;
            options.OnArrival = request =>
            {
                target().Twin!.EarlyGrace = UnderWay + (2 * storm.Lag.Recent);
                target().Arrives(request.Header(Journal.Attempt));
            };
            options.EffectOf = request =>
            {
                // Counted here: a twin remembers effects as long as it lives.
                target().Executes(request.Method, request.Header(Journal.Write));
                return null;
            };
            options.Faults.Add(new TwinFault(TwinFaultKind.Outage) { Match = _ => IsDown });
        }

        static void Troubled(TwinOptions options, double percent)
        {
            options.Faults.Add(Fault(TwinFaultKind.Unavailable, 2));
            options.Faults.Add(Fault(TwinFaultKind.ResetBeforeHeaders, 1));
            options.Faults.Add(Fault(TwinFaultKind.ResetInBody, 0.2));
            options.Faults.Add(Fault(TwinFaultKind.StalledBody, 0.1));
            options.Faults.Add(Fault(TwinFaultKind.SlowBody, 0.1));
            options.Faults.Add(Fault(TwinFaultKind.NoAnswer, 0.1));
            options.Faults.Add(Fault(TwinFaultKind.Latency, 1));

            TwinFault Fault(TwinFaultKind kind, double share) => new(kind) { Probability = share * percent / 100, Delay = TimeSpan.FromMilliseconds(40) };
        }
    }
}
