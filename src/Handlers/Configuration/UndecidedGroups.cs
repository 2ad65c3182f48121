using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>
/// One client's pacing groups that are named after a quota of its provider, where that follows from each request's host: said once, when a provider is known that has none.
/// </summary>
/// <param name="groups">Their names, and where they were configured.</param>
internal sealed class UndecidedGroups(ImmutableArray<(string Name, string Place)> groups)
{
    private int _isTold;

    public static UndecidedGroups? Of(Composition composition) => composition.UndecidedGroups.IsEmpty ? null : new(composition.UndecidedGroups);

    /// <summary>The first provider that names its quotas is asked; a host of another one may come, so it is no error.</summary>
    public void Meet(Provider provider, Uri uri, ILogger logger)
    {
        if (Volatile.Read(ref _isTold) != 0 || provider.Resources is null || Interlocked.Exchange(ref _isTold, 1) != 0)
        {
            return;
        }

        foreach ((string name, string place) in groups)
        {
            if (GroupNames.Objection(name, provider) is { } why)
            {
                ConfigurationLog.GroupWithoutCalls(logger, place, uri.Host, why);
            }
        }
    }
}
