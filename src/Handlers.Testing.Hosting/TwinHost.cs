namespace Handlers.Testing.Hosting;

/// <summary>
/// Provider twins over real sockets: each on Kestrel, on a loopback port of its own. Faults become what they are on a wire: connections
/// reset before the headers or in the body, answers that never come, bodies that stall.
/// </summary>
/// <example><code language="csharp">
/// await using var host = await TwinHost.StartAsync(new GitHubTwin());
/// services.AddHttpClient("github", client => client.BaseAddress = host.BaseAddress);
/// </code></example>
/// <remarks>
/// A listening port refuses no single connection: <see cref="TwinFaultKind.ConnectionRefused"/> closes the connection unread instead, which
/// a client cannot tell from an unknown outcome. For connections that are truly refused call <see cref="CloseAsync"/>.
/// </remarks>
public sealed class TwinHost : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<ProviderTwin, TwinServer> _servers = [];

    private TwinHost()
    {
    }

    /// <summary>The address of the first twin, with the path of the real API's base address.</summary>
    public Uri BaseAddress => _servers.Values.First().BaseAddress;

    /// <summary>Starts the twins. Their <see cref="ProviderTwin.EarlyGrace"/> becomes 100 ms where it is not set.</summary>
    public static async Task<TwinHost> StartAsync(params ProviderTwin[] twins)
    {
        ArgumentNullException.ThrowIfNull(twins);
        var host = new TwinHost();
        try
        {
            foreach (ProviderTwin twin in twins)
            {
                twin.EarlyGrace ??= Grace;
                host._servers.Add(twin, await TwinServer.StartAsync(twin).ConfigureAwait(false));
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A twin's address, with the path of the real API's base address.</summary>
    public Uri AddressOf(ProviderTwin twin) => _servers[twin].BaseAddress;

    /// <summary>Closes a twin's port: connections are refused from now on, and those that are open are cut.</summary>
    public Task CloseAsync(ProviderTwin twin) => _servers[twin].CloseAsync();

    /// <summary>Opens the port that <see cref="CloseAsync"/> closed.</summary>
    public Task ReopenAsync(ProviderTwin twin) => _servers[twin].OpenAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (TwinServer server in _servers.Values)
        {
            await server.EndAsync().ConfigureAwait(false);
        }
    }
}
