namespace Handlers.Testing;

/// <summary>
/// The limits of <see cref="InstantlyTwin"/>. Defaults are Instantly's for a workspace, from developer.instantly.ai "Rate limit", read 2026-11.
/// </summary>
public sealed class InstantlyTwinOptions : TwinOptions
{
    /// <summary>Requests in any <see cref="Second"/>. Default: 100.</summary>
    public int PerSecond { get; set; } = 100;

    /// <summary>The stretch of <see cref="PerSecond"/>. Default: 1 second.</summary>
    public TimeSpan Second { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests in any <see cref="Minute"/>. Default: 6,000.</summary>
    public int PerMinute { get; set; } = 6000;

    /// <summary>The stretch of the limits by the minute. Default: 1 minute.</summary>
    public TimeSpan Minute { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>GET /emails in any <see cref="Minute"/>. Default: 20.</summary>
    public int EmailsPerMinute { get; set; } = 20;

    /// <summary>POST /emails/test in any <see cref="Minute"/>. Default: 10.</summary>
    public int TestEmailsPerMinute { get; set; } = 10;

    /// <summary>OAuth initiations in any <see cref="Minute"/>. Default: 75. Going over it blocks for 30 minutes, then 2 hours, then 24 hours.</summary>
    public int OAuthPerMinute { get; set; } = 75;
}
