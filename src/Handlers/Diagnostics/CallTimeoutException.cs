namespace Handlers;

/// <summary>A time limit of ours fired: the call's deadline, an attempt's timeout, or a stream's silence. Has an inner <see cref="TimeoutException"/>.</summary>
public sealed class CallTimeoutException : ResilienceRejectedException
{
    internal CallTimeoutException(string message, TimeSpan limit, bool deadline, CallReport report)
        : base(message, new TimeoutException(message), null, report)
    {
        Limit = limit;
        IsDeadline = deadline;
    }

    /// <summary>The limit that was passed.</summary>
    public TimeSpan Limit { get; }

    /// <summary>The limit was the whole call's deadline, not an attempt's timeout or a stream's silence.</summary>
    public bool IsDeadline { get; }
}
