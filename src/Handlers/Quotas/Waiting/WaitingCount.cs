namespace Handlers.Quotas;

/// <summary>How many wait, by priority.</summary>
internal readonly record struct WaitingCount(int Interactive, int Normal, int Background)
{
    public static WaitingCount operator +(WaitingCount a, WaitingCount b) =>
        new(a.Interactive + b.Interactive, a.Normal + b.Normal, a.Background + b.Background);
}
