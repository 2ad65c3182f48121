using System.Text.Json;

namespace Handlers.AspNetCore;

/// <summary>The snapshot as JSON. Fields are added within a version; one that changes its meaning or goes makes the next version.</summary>
internal static class StatusJson
{
    public const int Version = 1;

    /// <summary>With an account per customer there may be a million quotas, and a page that asks every two seconds.</summary>
    public const int Most = 500;

    public static void Snapshot(Utf8JsonWriter json, IResilienceMonitor monitor, DateTimeOffset now, string run)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("at", now);
        json.WriteString("run", run);
        Array(json, "clients", monitor.Clients, Client);
        IReadOnlyList<CircuitSnapshot> circuits = monitor.Circuits;
        Array(json, "circuits", Telling(circuits, circuit => circuit.State != CircuitState.Closed ? 0 : 1), Circuit);
        json.WriteNumber("circuits_total", circuits.Count);
        IReadOnlyList<QuotaSnapshot> quotas = monitor.Quotas;
        Array(json, "quotas", Telling(quotas, quota => quota.ClosedUntil is not null ? 0 : quota.Waiting > 0 ? 1 : quota.UnderWay > 0 ? 2 : 3), Quota);
        json.WriteNumber("quotas_total", quotas.Count);
        json.WriteEndObject();
    }

    public static void History(Utf8JsonWriter json, StatusHistory history, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("at", now);
        json.WriteNumber("step", StatusHistory.Step.TotalSeconds);
        Array(json, "clients", history.All(), static (json, client) =>
        {
            json.WriteString("client", client.Client);
            Array(json, "points", client.Points, static (json, point) =>
            {
                json.WriteString("at", point.At);
                json.WriteNumber("calls", point.Calls);
                json.WriteNumber("failed", point.Failed);
                json.WriteNumber("retries", point.Retries);
                json.WriteNumber("rate_limited", point.RateLimited);
                Seconds(json, "p99", point.P99);
            });
        });
        json.WriteEndObject();
    }

    /// <summary>All of a few; of many those that somebody wants to know about first.</summary>
    private static IEnumerable<T> Telling<T>(IReadOnlyList<T> all, Func<T, int> rank) => all.Count <= Most ? all : all.OrderBy(rank).Take(Most);

    private static void Client(Utf8JsonWriter json, ClientSnapshot client)
    {
        json.WriteString("client", client.Client);
        json.WriteString("provider", client.Provider);
        json.WriteBoolean("enabled", client.Enabled);
        json.WriteString("mistakes", client.Mistakes);
        json.WriteNumber("calls", client.Calls);
        json.WriteNumber("succeeded", client.Succeeded);
        json.WriteNumber("failed", client.Failed);
        json.WriteNumber("cancelled", client.Cancelled);
        Ratio(json, "success_rate", client.SuccessRate);
        json.WriteNumber("attempts", client.Attempts);
        json.WriteNumber("retries", client.Retries);
        json.WriteNumber("retries_used_up", client.RetriesUsedUp);
        json.WriteNumber("rate_limited", client.RateLimited);
        json.WriteNumber("refused", client.Refused);
        json.WriteNumber("cache_hits", client.CacheHits);
        json.WriteNumber("cache_revalidated", client.CacheRevalidated);
        json.WriteNumber("cache_misses", client.CacheMisses);
        json.WriteNumber("replayed", client.Replayed);
        json.WriteNumber("fallbacks", client.Fallbacks);
        json.WriteNumber("waits", client.Waits);
        Seconds(json, "waited", client.Waited);
        Seconds(json, "p50", client.P50);
        Seconds(json, "p99", client.P99);
    }

    private static void Circuit(Utf8JsonWriter json, CircuitSnapshot circuit)
    {
        json.WriteString("client", circuit.Client);
        json.WriteString("authority", circuit.Authority);
        json.WriteString("state", circuit.State.ToString());
        json.WriteNumber("failures", circuit.Failures);
        Instant(json, "open_until", circuit.OpenUntil);
        json.WriteNumber("accepted", circuit.Accepted);
        json.WriteNumber("rejected", circuit.Rejected);
        json.WriteNumber("succeeded", circuit.Succeeded);
        json.WriteNumber("failed", circuit.Failed);
        Ratio(json, "success_rate", circuit.SuccessRate);
        if (circuit.AvailablePermits is { } permits)
        {
            json.WriteNumber("available_permits", permits);
        }
        else
        {
            json.WriteNull("available_permits");
        }

        Array(
            json,
            "transitions",
            circuit.Transitions.SelectMany(from => from.Value, (from, to) => (From: from.Key, To: to.Key, Count: to.Value)),
            static (json, pair) =>
            {
                json.WriteString("from", pair.From.ToString());
                json.WriteString("to", pair.To.ToString());
                json.WriteNumber("count", pair.Count);
            });
    }

    private static void Quota(Utf8JsonWriter json, QuotaSnapshot quota)
    {
        json.WriteString("provider", quota.Provider);
        json.WriteString("account", quota.Account);
        json.WriteString("resource", quota.Resource);
        Instant(json, "closed_until", quota.ClosedUntil);
        json.WriteString("closed_because", quota.ClosedBecause);
        json.WriteBoolean("exhausted", quota.IsExhausted);
        json.WriteNumber("in_flight", quota.UnderWay);
        json.WriteStartObject("waiting");
        json.WriteNumber("interactive", quota.WaitingInteractive);
        json.WriteNumber("normal", quota.WaitingNormal);
        json.WriteNumber("background", quota.WaitingBackground);
        json.WriteEndObject();
        Array(json, "limits", quota.Limits, static (json, limit) =>
        {
            json.WriteString("text", limit.Text);
            json.WriteString("unit", limit.Unit.ToString().ToLowerInvariant());
            json.WriteNumber("limit", limit.Capacity);
            json.WriteNumber("remaining", limit.Free);
            Instant(json, "full_at", limit.FullAt);
            Instant(json, "spent_at", limit.SpentAt);
        });
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> fields)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            fields(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Instant(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } instant)
        {
            json.WriteString(name, instant);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Seconds(Utf8JsonWriter json, string name, TimeSpan? span) => Ratio(json, name, span is { } value ? Math.Round(value.TotalSeconds, 6) : null);

    private static void Ratio(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
