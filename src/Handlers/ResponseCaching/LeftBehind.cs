namespace Handlers.ResponseCaching;

/// <summary>Work that nobody may wait for in the end, because it does not heed its token.</summary>
internal static class LeftBehind
{
    /// <summary>What it throws once nobody waits any more concerns nobody.</summary>
    public static void Observe(Task work) => _ = work.ContinueWith(
        static failed => _ = failed.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
