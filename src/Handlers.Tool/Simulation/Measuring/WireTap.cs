namespace Handlers.Tool.Simulation;

/// <summary>Stands where the client ends and the wire begins, and notes what leaves.</summary>
internal sealed class WireTap(HttpMessageHandler wire, TimeProvider time) : DelegatingHandler(wire)
{
    private readonly List<(long At, int Call)> _sends = [];

    /// <summary>When each send left, by the client's clock in ticks of UTC, and whose it was.</summary>
    public IReadOnlyList<(long At, int Call)> Sends => _sends;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_sends)
        {
            _sends.Add((time.GetUtcNow().UtcTicks, TwinSpec.NumberOf(request) ?? 0));
        }

        return base.SendAsync(request, cancellationToken);
    }
}
