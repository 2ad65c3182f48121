using System.Diagnostics;

namespace Handlers;

/// <summary>
/// One span per call, the parent of its attempts, which the transport's own instrumentation draws. What the call waits for, and every retry, is an event in it.
/// </summary>
internal static class CallSpan
{
    private static readonly ActivitySource Source = new(CallMeter.Name);

    public static bool IsWanted => Source.HasListeners();

    /// <summary>Begins the span; null when it is not sampled. To be called in the method that the call runs in, so that the current span is the caller's again after it.</summary>
    public static Activity? Start(Call call)
    {
        if (call.IsInner)
        {
            // The call that it is made for has the span already.
            if (Activity.Current is { } outer && ReferenceEquals(outer.Source, Source))
            {
                call.TraceInto(outer);
            }

            return null;
        }

        if (Source.CreateActivity(call.Operation, ActivityKind.Internal) is not { } span)
        {
            return null;
        }

        span.SetTag(Attributes.Client, call.Client.Name);
        span.SetTag(Attributes.Method, Attributes.MethodOf(call.Original.Method));
        span.SetTag(Attributes.Host, call.Upstream.Key.Host);
        span.SetTag(Attributes.Port, call.Upstream.Key.Port);
        if (call.Provider is { } provider)
        {
            span.SetTag(Attributes.Provider, provider.Name);
        }

        call.TraceInto(span);
        return span.Start();
    }

    public static void End(Activity span, Call call, CallOutcome outcome)
    {
        span.SetTag(Attributes.Attempts, call.Attempts);
        span.SetTag(Attributes.Retries, call.Retries);
        span.SetTag(Attributes.Outcome, Attributes.OutcomeOf(call, outcome));
        if (call.Response is { } response)
        {
            span.SetTag(Attributes.Status, (int)response.StatusCode);
        }

        if (outcome != CallOutcome.Succeeded)
        {
            span.SetTag(Attributes.Error, Attributes.ErrorOf(call));
        }

        if (outcome == CallOutcome.Failed)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Waits, refusals and retries; the attempts have spans of their own.</summary>
    public static void Add(Activity span, ResilienceEvent told)
    {
        if (NameOf(told.Kind) is not { } name)
        {
            return;
        }

        var tags = new ActivityTagsCollection();
        Set("handlers.attempt", told.Attempt);
        Set("handlers.max_retries", told.MaxRetries);
        Set("handlers.delay", told.Delay?.TotalSeconds);
        Set("handlers.took", told.Took?.TotalSeconds);
        Set("handlers.position", told.Position);
        Set("handlers.quota", told.Quota);
        Set("handlers.circuit.to", told.Circuit is { } state ? Attributes.StateOf(state) : null);
        Set("handlers.cause", told.Cause);
        span.AddEvent(new ActivityEvent(name, told.At, tags));

        void Set(string tag, object? value)
        {
            if (value is not null)
            {
                tags[tag] = value;
            }
        }
    }

    private static string? NameOf(ResilienceEventKind kind) => kind switch
    {
        ResilienceEventKind.Queued => "handlers.queued",
        ResilienceEventKind.Granted => "handlers.granted",
        ResilienceEventKind.RateLimited => "handlers.rate_limited",
        ResilienceEventKind.RetryScheduled => "handlers.retry",
        ResilienceEventKind.Recovered => "handlers.recovered",
        ResilienceEventKind.GaveUp => "handlers.gave_up",
        ResilienceEventKind.CacheAnswered => "handlers.cache",
        ResilienceEventKind.FellBack => "handlers.fallback",
        ResilienceEventKind.Replayed => "handlers.replayed",
        ResilienceEventKind.CircuitChanged => "handlers.circuit_changed",
        _ => null,
    };
}
