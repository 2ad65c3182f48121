using System.Text.Json.Serialization;

namespace Handlers.AspNetCore;

/// <summary>Reads it without reflection.</summary>
[JsonSerializable(typeof(CircuitAction))]
internal sealed partial class CircuitActionJson : JsonSerializerContext;
