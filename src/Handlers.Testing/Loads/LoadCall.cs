namespace Handlers.Testing;

/// <summary>One call of a <see cref="Load"/>.</summary>
/// <param name="At">When it is made, counted from the load's start.</param>
/// <param name="Request">Makes its request, each time anew: once to send it, once to reckon the optimum.</param>
public sealed record LoadCall(TimeSpan At, Func<HttpRequestMessage> Request)
{
    /// <summary>How long after its start an answer is still of use; null: whenever it comes. Default: null.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Whether the caller cancels at the deadline. Default: false; the client has to keep it by itself then, and
    /// <see cref="LoadResult.Overdue"/> counts where it does not.
    /// </summary>
    public bool CancelsAtDeadline { get; init; }

    /// <summary>Who asks. Default: null.</summary>
    public string? Tenant { get; init; }

    /// <summary>What it counts for in the shares of tenants.</summary>
    internal double Weight { get; init; } = 1;

    /// <summary>What tells a success. Default: a 2xx status.</summary>
    public Func<HttpResponseMessage, bool>? Succeeded { get; init; }
}
