using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>The windows of one model in the project.</summary>
internal sealed class GeminiModel(GeminiTwinOptions options)
{
    private static readonly TimeSpan PacificMidnight = TimeSpan.FromHours(8);

    internal FixedWindow Requests { get; } = new(options.RequestsPerMinute, options.Minute, TimeSpan.Zero);

    internal FixedWindow? Tokens { get; } = options.InputTokensPerMinute is { } tokens ? new FixedWindow(tokens, options.Minute, TimeSpan.Zero) : null;

    internal FixedWindow? Daily { get; } = options.RequestsPerDay is { } requests ? new FixedWindow(requests, options.Day, PacificMidnight) : null;
}
