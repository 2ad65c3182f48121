using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Handlers.AspNetCore;

/// <summary>
/// Events as server-sent events (WHATWG HTML §9.2). The data is one line of JSON in which <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> are escaped, so that it is
/// harmless wherever somebody pastes it.
/// </summary>
internal static class EventFrame
{
    /// <summary>A frame for everybody who watches: with an id to go on from, and everything the event says.</summary>
    public static byte[] Of(string id, ResilienceEvent told) => Write(id, EventNames.Of(told.Kind), json => Fields(json, told));

    /// <summary>A frame for the person who waits for one call: nothing but what concerns the wait.</summary>
    public static byte[] ForPerson(ResilienceEvent told) => Write(id: null, EventNames.Of(told.Kind), json =>
    {
        switch (told.Kind)
        {
            case ResilienceEventKind.RetryScheduled:
                Number(json, "attempt", told.Attempt);
                Number(json, "max_retries", told.MaxRetries);
                Seconds(json, "delay", told.Delay);
                json.WriteString("message", told.Message);
                break;
            case ResilienceEventKind.GaveUp:
                json.WriteString("error", told.Message);
                Text(json, "type", told.ErrorType);
                Number(json, "retries", told.Retries);
                break;
            default:
                Number(json, "position", told.Position);
                Seconds(json, "delay", told.Delay);
                json.WriteString("message", told.Message);
                break;
        }
    });

    /// <summary>Some events are gone: how many, if anybody counted.</summary>
    public static byte[] Missed(string id, long? count) => Write(id, EventNames.Missed, json =>
    {
        Number(json, "count", count);
        json.WriteString("message", "Some events were dropped, because they came faster than they were read or nobody was there.");
    });

    public static byte[] Write(string? id, string name, Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        if (id is not null)
        {
            Put(buffer, $"id: {id}\n");
        }

        Put(buffer, $"event: {name}\ndata: ");
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        Put(buffer, "\n\n");
        return buffer.WrittenSpan.ToArray();
    }

    public static void Seconds(Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } span)
        {
            json.WriteNumber(name, Math.Round(span.TotalSeconds, 6));
        }
    }

    public static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Fields(Utf8JsonWriter json, ResilienceEvent told)
    {
        json.WriteString("at", told.At);
        Text(json, "client", told.Client);
        Number(json, "call", told.Call);
        Text(json, "operation", told.Operation);
        Number(json, "attempt", told.Attempt);
        Number(json, "max_retries", told.MaxRetries);
        Number(json, "retries", told.Retries);
        Seconds(json, "delay", told.Delay);
        Seconds(json, "took", told.Took);
        Number(json, "position", told.Position);
        Text(json, "cause", told.Cause);
        Number(json, "status", told.Status);
        Text(json, "verdict", told.Verdict?.ToString());
        Text(json, "type", told.ErrorType);
        Text(json, "quota", told.Quota);
        Text(json, "authority", told.Authority);
        Text(json, "circuit", told.Circuit?.ToString());
        Number(json, "count", told.Count);
        if (told.Until is { } until)
        {
            json.WriteString("until", until);
        }

        json.WriteString(told.Kind == ResilienceEventKind.GaveUp ? "error" : "message", told.Message);
    }

    private static void Put(ArrayBufferWriter<byte> buffer, string text) => Encoding.UTF8.GetBytes(text, buffer);
}
