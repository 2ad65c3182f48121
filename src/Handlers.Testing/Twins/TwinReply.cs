using System.Globalization;
using System.Net;

namespace Handlers.Testing;

/// <summary>What a twin answers: a message, or a failure of the wire.</summary>
internal sealed class TwinReply
{
    private long? _fullLength;

    internal int Status { get; init; } = 200;

    internal List<KeyValuePair<string, string>> Headers { get; } = [];

    internal ScriptedBody Body { get; set; } = new();

    internal string MediaType { get; init; } = "application/json; charset=utf-8";

    /// <summary>The quota that refused; null when none did.</summary>
    internal string? RefusedBy { get; init; }

    /// <summary>Before this tick of the provider's clock nobody of that quota may come back; null when the refusal names no instant.</summary>
    internal long? Named { get; set; }

    /// <summary>Set by faults of the wire; no answer gets through then.</summary>
    internal TwinFaultKind? WireFault { get; init; }

    internal TwinEventKind Kind =>
        RefusedBy is not null ? TwinEventKind.Refused
        : WireFault is not null || Status >= 500 ? TwinEventKind.Failed
        : Status >= 400 ? TwinEventKind.Rejected
        : TwinEventKind.Ok;

    internal static TwinReply Json(int status, string body) => new() { Status = status, Body = new ScriptedBody().Text(body) };

    internal TwinReply With(string name, string value)
    {
        Headers.Add(new(name, value));
        return this;
    }

    internal TwinReply With(string name, long value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    internal TwinReply With(IEnumerable<KeyValuePair<string, string>> headers)
    {
        Headers.AddRange(headers);
        return this;
    }

    /// <summary>The length that the headers announce: the true one, also when a fault keeps a part from coming. Streams announce none.</summary>
    internal long? AnnouncedLength() =>
        MediaType.StartsWith("text/event-stream", StringComparison.Ordinal) ? null : _fullLength ?? Body.Length;

    /// <summary>Lets the body break off, stall or trickle.</summary>
    internal void Damage(TwinFault fault)
    {
        byte[] bytes = [.. Body.Steps.SelectMany(static step => step.Bytes.ToArray())];
        _fullLength = bytes.Length;
        if (fault.Kind == TwinFaultKind.SlowBody)
        {
            Body = new ScriptedBody().Trickle(bytes, Math.Max(1, fault.Bytes), fault.Delay);
            return;
        }

        var cut = new ScriptedBody().Bytes(bytes.AsMemory(0, Math.Min(fault.Bytes, bytes.Length)));
        Body = fault.Kind == TwinFaultKind.StalledBody ? cut.Stall() : cut.Break();
    }

    internal HttpResponseMessage ToMessage(TimeProvider time)
    {
        var response = new HttpResponseMessage((HttpStatusCode)Status)
        {
            Content = Body.Steps is [{ Pause.Ticks: 0, Failure: null } only]
                ? new ReadOnlyMemoryContent(only.Bytes)
                : new ScriptedContent(Body.Steps, time, AnnouncedLength()),
        };
        if (Body.Steps.Count > 0)
        {
            response.Content.Headers.TryAddWithoutValidation("Content-Type", MediaType);
        }

        foreach (var (name, value) in Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }
}
