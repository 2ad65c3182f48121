using System.Diagnostics;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Diagnostics;

public sealed class SpanTests
{
    [Fact]
    public async Task A_call_is_one_span_around_its_attempts_with_its_waits_and_retries()
    {
        using var bench = new Bench("spans", settings: Settings.For("spans", ("Retry:MaxRetries", "3"), ("Retry:Jitter", "0")));
        List<Activity?> above = [];
        bench.Wire.OnEach(attempt =>
        {
            above.Add(Activity.Current);
            return attempt.Number == 1 ? ScriptedAnswer.Status(429).RetryAfter(4) : attempt.Number == 2 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        });
        using var spans = new Spans("spans");

        await bench.Run(async client =>
        {
            (await client.GetAsync("things/17?key=secret")).Dispose();
            Activity.Current.ShouldBeNull();
        });

        Activity span = spans.Ended.Single();
        (span.DisplayName, span.Kind, span.Status).ShouldBe(("GET /things/{id}", ActivityKind.Internal, ActivityStatusCode.Unset));
        above.ShouldAllBe(current => ReferenceEquals(current, span));
        span.Events.Select(e => e.Name).ShouldBe(
            ["handlers.rate_limited", "handlers.retry", "handlers.queued", "handlers.granted", "handlers.retry", "handlers.recovered"]);
        ActivityEvent retry = span.Events.ElementAt(1);
        retry.Tags.ShouldContain(new KeyValuePair<string, object?>("handlers.delay", 4.0));
        retry.Tags.ShouldContain(new KeyValuePair<string, object?>("handlers.attempt", 1));
        (span.GetTagItem("handlers.client.name"), span.GetTagItem("handlers.attempts"), span.GetTagItem("handlers.retries"), span.GetTagItem("handlers.outcome"))
            .ShouldBe(("spans", 3, 2, "ok"));
        (span.GetTagItem("server.address"), span.GetTagItem("http.request.method"), span.GetTagItem("http.response.status_code"), span.GetTagItem("handlers.provider"))
            .ShouldBe(("api.example", "GET", 200, "generic"));
    }

    [Fact]
    public async Task A_failed_call_is_an_error_and_an_open_circuit_is_named()
    {
        using var bench = new Bench("spans", settings: Settings.For("spans", ("CircuitBreaker:FailureThreshold", "1"), ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);
        using var spans = new Spans("spans");

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
        });

        spans.Ended.Select(s => (s.Status, s.GetTagItem("error.type"), s.GetTagItem("handlers.outcome"))).ShouldBe(
            [(ActivityStatusCode.Error, "503", "failed"), (ActivityStatusCode.Error, "Handlers.CircuitOpenException", "refused")]);
        spans.Ended[0].Events.Select(e => e.Name).ShouldBe(["handlers.circuit_changed", "handlers.gave_up"]);
        spans.Ended[0].Events.First().Tags.ShouldContain(new KeyValuePair<string, object?>("handlers.circuit.to", "open"));
    }

    [Fact]
    public async Task A_keyed_write_is_one_span_with_what_happened_to_it()
    {
        using var bench = new Bench("spans", settings: Settings.For("spans", ("Account", "acme"), ("Retry:Jitter", "0")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        using var spans = new Spans("spans");

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "things/17") { Content = new StringContent("{}") };
            request.SetCallOptions(new CallOptions { IdempotencyKey = "one" });
            (await client.SendAsync(request)).Dispose();
        });

        Activity span = spans.Ended.Single();
        span.Events.Select(e => e.Name).ShouldBe(["handlers.retry", "handlers.recovered"]);
        (span.GetTagItem("handlers.attempts"), span.GetTagItem("handlers.outcome")).ShouldBe((2, "ok"));
    }

    [Fact]
    public async Task The_synchronous_path_has_the_same_span()
    {
        using var bench = new Bench("spans");
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        using var spans = new Spans("spans");
        using HttpClient client = bench.Create();

        await bench.Time.RunSyncAsync(() =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            client.Send(request).Dispose();
            Activity.Current.ShouldBeNull();
            return 0;
        });

        spans.Ended.Single().DisplayName.ShouldBe("GET /things");
    }

    [Fact]
    public async Task A_call_is_a_child_of_what_it_is_made_in()
    {
        using var bench = new Bench("spans");
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        using var spans = new Spans("spans");
        using var outer = new Activity("outer");

        await bench.Run(async client =>
        {
            outer.Start();
            (await client.GetAsync("things")).Dispose();
            Activity.Current.ShouldBeSameAs(outer);
            outer.Stop();
        });

        spans.Ended.Single().ParentSpanId.ShouldBe(outer.SpanId);
    }

    private sealed class Spans : IDisposable
    {
        private readonly ActivityListener _listener;

        public Spans(string client)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "Handlers.Http.Client",
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    if ((string?)activity.GetTagItem("handlers.client.name") == client)
                    {
                        Ended.Add(activity);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public List<Activity> Ended { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
