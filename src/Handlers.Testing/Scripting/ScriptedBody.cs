using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Handlers.Testing;

/// <summary>A response body as a sequence of bytes, pauses and mishaps: trickles, stalls, breaks off.</summary>
/// <example><code language="csharp">new ScriptedBody().Text("abc").Wait(TimeSpan.FromSeconds(1)).Text("def").Stall()</code></example>
public sealed class ScriptedBody
{
    private readonly List<BodyStep> _steps = [];

    internal IReadOnlyList<BodyStep> Steps => _steps;

    /// <summary>True when every byte comes and nothing else does, so that the length can be announced.</summary>
    internal bool IsPlain => _steps.TrueForAll(static step => step.Failure is null && step.Pause != Timeout.InfiniteTimeSpan);

    /// <summary>Bytes up to the first failure.</summary>
    internal long Length => _steps.Sum(static step => (long)step.Bytes.Length);

    /// <summary>Sends bytes.</summary>
    public ScriptedBody Bytes(ReadOnlyMemory<byte> bytes) => Add(new BodyStep(bytes));

    /// <summary>Sends text as UTF-8.</summary>
    public ScriptedBody Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends nothing for a while.</summary>
    public ScriptedBody Wait(TimeSpan pause) => Add(new BodyStep(default, pause));

    /// <summary>Sends bytes in pieces, with a pause before each piece but the first.</summary>
    public ScriptedBody Trickle(ReadOnlyMemory<byte> bytes, int piece, TimeSpan pause)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(piece, 1);
        for (int start = 0; start < bytes.Length; start += piece)
        {
            if (start > 0)
            {
                Wait(pause);
            }

            Bytes(bytes.Slice(start, Math.Min(piece, bytes.Length - start)));
        }

        return this;
    }

    /// <summary>Sends nothing more, and does not end either.</summary>
    public ScriptedBody Stall() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>Breaks the connection, by default as a reset by the peer looks to a reader.</summary>
    public ScriptedBody Break(Func<Exception>? failure = null) => Add(new BodyStep(default, Failure: failure ?? ConnectionReset));

    /// <summary>Ends before everything announced has come.</summary>
    public ScriptedBody EndEarly() => Break(static () =>
        new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely, with at least 1 additional byte expected."));

    /// <summary>Makes content of it that can be sent once.</summary>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="timeProvider">The clock of its pauses; the system's by default.</param>
    /// <param name="length">The length to announce; by default none when the body breaks or stalls, else the true one.</param>
    public HttpContent ToContent(string mediaType = "application/json", TimeProvider? timeProvider = null, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        var content = new ScriptedContent([.. _steps], timeProvider ?? TimeProvider.System, length ?? (IsPlain ? Length : null));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return content;
    }

    private static IOException ConnectionReset()
    {
        var cause = new SocketException((int)SocketError.ConnectionReset);
        return new IOException($"Unable to read data from the transport connection: {cause.Message}.", cause);
    }

    private ScriptedBody Add(BodyStep step)
    {
        _steps.Add(step);
        return this;
    }
}
