namespace Handlers.CircuitBreaker;

/// <summary>What decides who goes first where a circuit lets calls pass slowly.</summary>
/// <param name="DueIn">The time until the call has to be answered; less than that for one that has been waiting for long.</param>
/// <param name="IsBack">It was refused before and waited: it will again.</param>
internal readonly record struct Urgency(TimeSpan DueIn, bool IsBack)
{
    /// <summary>A call without a deadline, or with a distant one, is due a minute after it began: those who are patient are not passed over for ever.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static Urgency Of(TimeSpan left, TimeSpan age, bool isBack)
    {
        TimeSpan due = Longest - age;
        return new Urgency(left != Timeout.InfiniteTimeSpan && left < due ? left : due, isBack);
    }
}
