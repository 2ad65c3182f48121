using System.Text.Json.Serialization;

namespace Handlers.AspNetCore;

/// <summary>What the page posts to steer a circuit.</summary>
internal sealed record CircuitAction(
    [property: JsonPropertyName("client")] string Client, [property: JsonPropertyName("authority")] string? Authority);
