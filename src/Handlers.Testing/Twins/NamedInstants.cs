using System.Collections.Immutable;

namespace Handlers.Testing;

/// <summary>Until when refusals have told their quotas to stay away, and who comes before that all the same. Its twin's lock guards it.</summary>
/// <remarks>
/// In memory it is known when a request left: it carries what its client knew then. Over sockets a refusal counts from a grace after it was written.
/// </remarks>
internal sealed class NamedInstants
{
    private readonly Dictionary<string, List<(long Written, long Named)>> _written = new(StringComparer.Ordinal);

    /// <summary>What the clients know by now, by quota.</summary>
    public ImmutableDictionary<string, long> Known { get; private set; } = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>A refusal has reached its client.</summary>
    public void Deliver(string quota, long named) => Known = Known.SetItem(quota, Math.Max(named, Known.GetValueOrDefault(quota)));

    /// <summary>A refusal goes on a wire.</summary>
    public void Write(string quota, long now, long named) => (_written.TryGetValue(quota, out var list) ? list : _written[quota] = []).Add((now, named));

    /// <summary>Whether a request comes before an instant that its client was told.</summary>
    public bool IsEarly(TwinRequest request, string quota, long now, TimeSpan? grace)
    {
        if (request.Known is { } known)
        {
            return known.TryGetValue(quota, out long named) && now < named;
        }

        if (grace is not { } late || !_written.TryGetValue(quota, out var refusals))
        {
            return false;
        }

        refusals.RemoveAll(refusal => refusal.Named <= now);
        return refusals.Exists(refusal => now >= refusal.Written + late.Ticks);
    }
}
