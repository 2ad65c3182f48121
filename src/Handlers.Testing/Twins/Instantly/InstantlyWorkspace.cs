using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>What Instantly meters for one workspace.</summary>
internal sealed class InstantlyWorkspace(InstantlyTwinOptions options, string suffix)
{
    private static readonly TimeSpan[] Blocks = [TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(24)];

    private int _blocks;

    internal string Suffix { get; } = suffix;

    internal SlidingWindow PerSecond { get; } = new(options.PerSecond, options.Second);

    internal SlidingWindow PerMinute { get; } = new(options.PerMinute, options.Minute);

    internal SlidingWindow Emails { get; } = new(options.EmailsPerMinute, options.Minute);

    internal SlidingWindow TestEmails { get; } = new(options.TestEmailsPerMinute, options.Minute);

    internal SlidingWindow OAuth { get; } = new(options.OAuthPerMinute, options.Minute);

    internal long BlockedUntil { get; private set; } = long.MinValue;

    /// <summary>Blocks OAuth, each time for longer.</summary>
    internal void Block(long now)
    {
        BlockedUntil = now + Blocks[Math.Min(_blocks, Blocks.Length - 1)].Ticks;
        _blocks++;
    }
}
