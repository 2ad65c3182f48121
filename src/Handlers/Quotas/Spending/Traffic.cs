namespace Handlers.Quotas;

/// <summary>What is remembered of who spends a quota, each only where somebody needs it.</summary>
internal sealed class Traffic
{
    /// <summary>Made by the first background call.</summary>
    public Courtesy? Courtesy { get; set; }

    /// <summary>Made by the first look at the quota while it is in use.</summary>
    public Pace? Pace { get; set; }
}
