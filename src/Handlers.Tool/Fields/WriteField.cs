using System.Text.Json;

namespace Handlers.Tool.Fields;

/// <summary>Parses one field value and writes what it holds.</summary>
internal delegate void WriteField(string value, Utf8JsonWriter json);
