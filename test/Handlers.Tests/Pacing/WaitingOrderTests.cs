using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Pacing;

/// <summary>One attempt a second goes; the first call takes the first second, all others wait.</summary>
public class WaitingOrderTests
{
    [Fact]
    public async Task The_more_urgent_go_first()
    {
        List<string> order = await Order(
            ("first", new CallOptions()),
            ("background", new CallOptions { Priority = CallPriority.Background }),
            ("normal", new CallOptions()),
            ("interactive", new CallOptions { Priority = CallPriority.Interactive }));

        order.ShouldBe(["first", "interactive", "normal", "background"]);
    }

    [Fact]
    public async Task The_workload_background_waits_for_all_others()
    {
        List<string> order = await Order(
            "Background",
            ("first", new CallOptions()),
            ("unsaid", new CallOptions()),
            ("normal", new CallOptions { Priority = CallPriority.Normal }));

        order.ShouldBe(["first", "normal", "unsaid"]);
    }

    [Fact]
    public async Task Nobody_starves_behind_the_more_urgent()
    {
        List<(string, CallOptions)> calls = [("first", new CallOptions()), ("background", new CallOptions { Priority = CallPriority.Background })];
        calls.AddRange(Enumerable.Range(0, 40).Select(_ => ("interactive", new CallOptions { Priority = CallPriority.Interactive })));

        List<string> order = await Order([.. calls]);

        order.IndexOf("background").ShouldBe(17);
    }

    [Fact]
    public async Task A_tenant_with_little_work_does_not_wait_for_one_with_much()
    {
        List<(string, CallOptions)> calls = [("first", new CallOptions()), .. Enumerable.Repeat(("many", new CallOptions { Tenant = "many" }), 20)];
        calls.AddRange(Enumerable.Repeat(("few", new CallOptions { Tenant = "few" }), 3));

        List<string> order = await Order([.. calls]);

        order.LastIndexOf("few").ShouldBeLessThanOrEqualTo(6);
    }

    [Fact]
    public async Task Tenants_are_equal_in_cost_rather_than_in_calls()
    {
        List<(string, CallOptions)> calls = [("first", new CallOptions())];
        calls.AddRange(Enumerable.Repeat(("dear", new CallOptions { Tenant = "dear", Cost = new Cost(1, Tokens: 400) }), 20));
        calls.AddRange(Enumerable.Repeat(("cheap", new CallOptions { Tenant = "cheap", Cost = new Cost(1, Tokens: 100) }), 20));

        List<string> order = await Order([.. calls]);

        order.Take(11).Count(name => name == "cheap").ShouldBe(8);
    }

    private static Task<List<string>> Order(params (string Name, CallOptions Options)[] calls) => Order("Standard", calls);

    private static async Task<List<string>> Order(string workload, params (string Name, CallOptions Options)[] calls)
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["ResilienceHandlers:Clients:api:Workload"] = workload,
            ["ResilienceHandlers:Clients:api:TotalTimeout"] = "none",
            ["ResilienceHandlers:Clients:api:Pacing:MinInterval"] = "00:00:01",
        });
        List<string> order = [];
        bench.Wire.OnEach(attempt =>
        {
            order.Add(attempt.Request.RequestUri!.AbsolutePath[1..]);
            return ScriptedAnswer.Status(200);
        });
        await bench.Run(client => Task.WhenAll(calls.Select(async (call, i) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/{call.Name}?{i}");
            request.SetCallOptions(call.Options);
            using HttpResponseMessage response = await client.SendAsync(request);
        })));
        return order;
    }
}
