using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Handlers.Tool;

/// <summary>Makes JSON values that go out on a line each.</summary>
internal sealed class JsonLine : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    // The output goes to a terminal or a parser, never into HTML: letters stay readable.
    public JsonLine() => Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public Utf8JsonWriter Json { get; }

    /// <summary>The value is complete. A line ends with LF on every system, so that it can be compared and cut.</summary>
    public void EndTo(TextWriter output)
    {
        Json.Flush();
        output.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        output.Write('\n');
        _buffer.ResetWrittenCount();
        Json.Reset();
    }

    public void Dispose() => Json.Dispose();
}
