namespace Handlers;

/// <summary>Limits of one group of endpoints. Configuration section <c>Pacing:Groups:{name}</c>.</summary>
public sealed class PacingGroupOptions
{
    /// <summary>
    /// Which calls belong to the group: <c>METHOD /path/*</c> patterns separated by commas, <c>*</c> for any method. Null for a group that is named after a
    /// resource of the provider: the provider's plan decides.
    /// </summary>
    public string? Match { get; set; }

    /// <summary>Limits in the grammar of <see cref="PacingOptions.Limits"/>. Null: none of its own. Default null.</summary>
    public string? Limits { get; set; }

    /// <summary>The least time between the starts of two attempts. Default none, range 0 to 1 day.</summary>
    public TimeSpan? MinInterval { get; set; }

    /// <summary>Attempts under way at once, each until its body ends. Default none, range 1 to 100,000.</summary>
    public int? MaxConcurrency { get; set; }
}
