using System.Collections.Immutable;

namespace Handlers;

/// <summary>
/// The mistakes that stand in the configuration at present, so that each is logged once: not at every reload, and not by every client that a bad
/// <c>Defaults</c> concerns. One per container. Its lock guards the dictionary alone.
/// </summary>
internal sealed class RejectedEdits
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<object>> _holders = new(StringComparer.Ordinal);

    /// <summary>Takes note of all that <paramref name="holder"/> finds wrong now, and answers what nobody has logged yet. None: it is content.</summary>
    public ImmutableArray<string> Replace(object holder, ImmutableArray<string> errors)
    {
        lock (_lock)
        {
            ImmutableArray<string> unheard = [.. errors.Distinct(StringComparer.Ordinal).Where(error => !_holders.ContainsKey(error))];
            foreach (HashSet<object> holders in _holders.Values)
            {
                holders.Remove(holder);
            }

            foreach (string error in errors)
            {
                if (!_holders.TryGetValue(error, out HashSet<object>? holders))
                {
                    _holders[error] = holders = [];
                }

                holders.Add(holder);
            }

            foreach (string corrected in _holders.Where(entry => entry.Value.Count == 0).Select(entry => entry.Key).ToArray())
            {
                _holders.Remove(corrected);
            }

            return unheard;
        }
    }
}
