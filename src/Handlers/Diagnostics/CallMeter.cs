using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Handlers;

/// <summary>The instruments of one container. Nothing is measured, and no tag is made, while nobody listens to an instrument.</summary>
internal sealed class CallMeter
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Handlers.Http.Client";

    /// <summary>The prefix of every instrument and of every attribute that OpenTelemetry does not name.</summary>
    private const string Prefix = "handlers.http.client.";

    // Chains without a container share one meter, as nobody would dispose of theirs.
    private static readonly Meter Shared = new(Name);

    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _attempts;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _exhausted;
    private readonly Counter<long> _rateLimited;
    private readonly Histogram<double> _serverWait;
    private readonly Histogram<double> _wait;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _transitions;
    private readonly Counter<long> _cache;
    private readonly Counter<long> _replays;
    private readonly Counter<long> _fallbacks;

    public CallMeter(IMeterFactory? factory)
    {
        Meter = factory?.Create(new MeterOptions(Name)) ?? Shared;
        _duration = Seconds("call.duration", "From a call's start to its headers or its failure, waits and retries included.", CallBounds);
        _attempts = Meter.CreateHistogram(
            Prefix + "call.attempts", "{attempt}", "Attempts that a call took.", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 1, 2, 3, 4, 5, 10, 20] });
        _retries = Meter.CreateCounter<long>(Prefix + "retries", "{retry}", "Retries that were scheduled.");
        _exhausted = Meter.CreateCounter<long>(Prefix + "retries.exhausted", "{call}", "Calls that failed with all their retries used.");
        _rateLimited = Meter.CreateCounter<long>(Prefix + "rate_limited", "{attempt}", "Attempts that the provider refused because of a limit.");
        _serverWait = Seconds("server_wait", "The wait that a refusal asked for.", WaitBounds);
        _wait = Seconds("pacing.wait", "How long an attempt waited for its quota.", WaitBounds);
        _refusals = Meter.CreateCounter<long>(Prefix + "refusals", "{attempt}", "Attempts that were refused here, without being sent.");
        _transitions = Meter.CreateCounter<long>(Prefix + "circuit.transitions", "{transition}", "Changes of a circuit's state.");
        _cache = Meter.CreateCounter<long>(Prefix + "cache.requests", "{call}", "Calls that the cache was asked about.");
        _replays = Meter.CreateCounter<long>(Prefix + "replays", "{call}", "Calls that were answered with another call's result under the same idempotency key.");
        _fallbacks = Meter.CreateCounter<long>(Prefix + "fallbacks", "{call}", "Calls in whose place somebody else answered.");
    }

    public Meter Meter { get; }

    private static double[] CallBounds => [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300];

    private static double[] WaitBounds => [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600];

    public static string NameOf(string instrument) => Prefix + instrument;

    /// <param name="call">The call, with its outcome.</param>
    /// <param name="outcome">How it is counted.</param>
    /// <param name="operations">Which operations may be named.</param>
    public void Ended(Call call, CallOutcome outcome, OperationSet operations)
    {
        if (_duration.Enabled)
        {
            var tags = default(TagList);
            tags.Add(Attributes.Client, call.Client.Name);
            tags.Add(Attributes.Operation, operations.Admit(call.Operation));
            tags.Add(Attributes.Method, Attributes.MethodOf(call.Original.Method));
            tags.Add(Attributes.Host, call.Upstream.Key.Host);
            tags.Add(Attributes.Port, call.Upstream.Key.Port);
            tags.Add(Attributes.Outcome, Attributes.OutcomeOf(call, outcome));
            if (call.Response is { } response)
            {
                tags.Add(Attributes.Status, (int)response.StatusCode);
            }

            if (outcome != CallOutcome.Succeeded)
            {
                tags.Add(Attributes.Error, Attributes.ErrorOf(call));
            }

            _duration.Record(call.Client.Clock.Between(call.StartedAt, call.Now).TotalSeconds, tags);
        }

        if (_attempts.Enabled)
        {
            _attempts.Record(call.Attempts, new(Attributes.Client, call.Client.Name), new(Attributes.Outcome, Attributes.OutcomeOf(call, outcome)));
        }

        if (outcome == CallOutcome.Failed && call.RetryDecision.IsUsedUp && _exhausted.Enabled)
        {
            _exhausted.Add(1, new(Attributes.Client, call.Client.Name), new(Attributes.Operation, operations.Admit(call.Operation)));
        }
    }

    public void Retried(string client, Judgement outcome)
    {
        if (_retries.Enabled)
        {
            _retries.Add(1, new(Attributes.Client, client), new(Attributes.Reason, Attributes.ReasonOf(outcome)));
        }
    }

    public void RateLimited(Call call, Judgement outcome)
    {
        if (!_rateLimited.Enabled && !_serverWait.Enabled)
        {
            return;
        }

        var tags = default(TagList);
        tags.Add(Attributes.Client, call.Client.Name);
        tags.Add(Attributes.Provider, call.Provider?.Name);
        tags.Add(Attributes.Reason, Attributes.ReasonOf(outcome));
        _rateLimited.Add(1, tags);
        if (outcome.Wait is { } wait)
        {
            _serverWait.Record(wait.TotalSeconds, tags);
        }
    }

    public void Waited(string client, TimeSpan waited, bool atGate)
    {
        if (_wait.Enabled)
        {
            _wait.Record(waited.TotalSeconds, new(Attributes.Client, client), new(Attributes.Reason, atGate ? "gate" : "limit"));
        }
    }

    public void Refused(string client, string reason)
    {
        if (_refusals.Enabled)
        {
            _refusals.Add(1, new(Attributes.Client, client), new(Attributes.Reason, reason));
        }
    }

    public void Cached(string client, CacheResult result)
    {
        if (_cache.Enabled)
        {
            _cache.Add(1, new(Attributes.Client, client), new(Attributes.CacheResult, CacheResults.NameOf(result)));
        }
    }

    public void Replayed(string client)
    {
        if (_replays.Enabled)
        {
            _replays.Add(1, new KeyValuePair<string, object?>(Attributes.Client, client));
        }
    }

    public void FellBack(string client)
    {
        if (_fallbacks.Enabled)
        {
            _fallbacks.Add(1, new KeyValuePair<string, object?>(Attributes.Client, client));
        }
    }

    public void CircuitChanged(string client, string authority, CircuitState from, CircuitState to)
    {
        if (_transitions.Enabled)
        {
            var upstream = new Uri(authority);
            var tags = default(TagList);
            tags.Add(Attributes.Client, client);
            tags.Add(Attributes.Host, upstream.Host);
            tags.Add(Attributes.Port, upstream.Port);
            tags.Add(Attributes.From, Attributes.StateOf(from));
            tags.Add(Attributes.To, Attributes.StateOf(to));
            _transitions.Add(1, tags);
        }
    }

    private Histogram<double> Seconds(string name, string description, double[] bounds) => Meter.CreateHistogram(
        Prefix + name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
