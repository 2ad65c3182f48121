using System.Globalization;
using Handlers.CircuitBreaker;
using Handlers.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers.Tests.Chain;

/// <summary>Rule 7: what is kept for each upstream is bounded, and nothing that still means something is forgotten.</summary>
public sealed class UpstreamTests
{
    private readonly ManualClock _clock = new();
    private readonly ClientState _client;

    public UpstreamTests() => _client = ClientState.InCode(
        new ResilienceState(_clock, NullLoggerFactory.Instance, [], random: null),
        options => options.CircuitBreaker = new CircuitBreakerOptions { FailureThreshold = 1, BreakDuration = TimeSpan.FromMinutes(5) });

    [Fact]
    public void Upstreams_that_nobody_asks_for_any_more_are_forgotten()
    {
        Upstream open = Of("open");
        Upstream underWay = Of("under-way");
        Upstream isolated = Of("isolated");
        Upstream idle = Of("idle");
        open.Circuit.TryAdmit(out CircuitPermit permit, out _, out _);
        open.Circuit.Record(permit, CircuitSignal.Failure);
        underWay.Circuit.TryAdmit(out _, out _, out _);
        isolated.Circuit.Isolate();
        Neutral(idle);

        for (int i = 0; i < 5000; i++)
        {
            Neutral(Of(i.ToString(CultureInfo.InvariantCulture)));
            Of("busy");
        }

        _client.Circuits.Count().ShouldBeLessThan(1500);
        Of("open").ShouldBeSameAs(open);
        Of("under-way").ShouldBeSameAs(underWay);
        Of("isolated").ShouldBeSameAs(isolated);
        Of("idle").ShouldNotBeSameAs(idle);
    }

    [Fact]
    public void One_in_use_is_kept()
    {
        Upstream busy = Of("busy");

        for (int i = 0; i < 5000; i++)
        {
            Of(i.ToString(CultureInfo.InvariantCulture));
            Of("busy").ShouldBeSameAs(busy);
        }
    }

    private static void Neutral(Upstream upstream)
    {
        upstream.Circuit.TryAdmit(out CircuitPermit permit, out _, out _);
        upstream.Circuit.Record(permit, CircuitSignal.Neutral);
    }

    private Upstream Of(string host) => _client.UpstreamFor(new Uri($"https://{host}.example/"));
}
