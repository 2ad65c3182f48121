using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Handlers;

/// <summary>
/// Calls back after each configuration reload: never twice at once, and once more when a reload came while the callback ran. So no edit is lost, the last one
/// wins, and the callback runs under no lock.
/// </summary>
internal sealed class ReloadWatch : IDisposable
{
    private readonly Action _reloaded;
    private readonly IDisposable[] _subscriptions;
    private int _pending;

    /// <param name="sources">What to watch; sections of the same configuration are watched once.</param>
    /// <param name="reloaded">Reads the configuration anew; must not throw.</param>
    public ReloadWatch(IEnumerable<IConfiguration?> sources, Action reloaded)
    {
        _reloaded = reloaded;

        // A section's token is its root's.
        _subscriptions =
        [
            .. sources.OfType<IConfiguration>()
                .DistinctBy(source => source.GetReloadToken())
                .Select(source => ChangeToken.OnChange(source.GetReloadToken, Run)),
        ];
    }

    public void Run()
    {
        if (Interlocked.Increment(ref _pending) > 1)
        {
            // Whoever is reading now sees the count and reads again.
            return;
        }

        int seen;
        do
        {
            seen = Volatile.Read(ref _pending);
            _reloaded();
        }
        while (Interlocked.CompareExchange(ref _pending, 0, seen) != seen);
    }

    public void Dispose() => Array.ForEach(_subscriptions, subscription => subscription.Dispose());
}
