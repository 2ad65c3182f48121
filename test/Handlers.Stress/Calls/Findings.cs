using System.Collections.Concurrent;

namespace Handlers.Stress.Calls;

/// <summary>The invariants, and what was seen that breaks one.</summary>
internal sealed class Findings
{
    private const int Examples = 5;

    private static readonly (string Rule, string Text)[] Rules =
    [
        ("early", "no attempt before the instant that a refusal had named"),
        ("twice", "no write that must not be repeated took effect twice"),
        ("late", "no call alive past its deadline and the grace"),
        ("limit", "no grant above a known limit"),
        ("permit", "at rest nothing waits, nothing is under way, every slot is free"),
        ("heap", "the heap at rest is flat over the second half"),
        ("task", "no unobserved task exception"),
        ("sums", "the monitor's sums are the callers', the wire's and the twins'"),
        ("crossed", "every answer belongs to its request"),
        ("surprise", "calls fail as documented and in no other way"),
        ("edits", "good edits are taken over, each bad one is told once and changes nothing"),
        ("rotation", "the factory rebuilds the chain each second"),
    ];

    private readonly ConcurrentDictionary<string, (int Count, string[] Examples)> _broken = new(StringComparer.Ordinal);

    public bool IsClean => _broken.IsEmpty;

    public void Broke(string rule, string what)
    {
        if (Array.FindIndex(Rules, known => known.Rule == rule) < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(rule), rule, "There is no such invariant.");
        }

        _broken.AddOrUpdate(rule, (1, [what]), (_, seen) => (seen.Count + 1, seen.Examples.Length < Examples ? [.. seen.Examples, what] : seen.Examples));
    }

    public void Check(bool holds, string rule, string otherwise)
    {
        if (!holds)
        {
            Broke(rule, otherwise);
        }
    }

    /// <summary>One line for each invariant, and under a broken one what was seen.</summary>
    public IEnumerable<string> Lines()
    {
        foreach ((string rule, string text) in Rules)
        {
            if (!_broken.TryGetValue(rule, out (int Count, string[] Examples) seen))
            {
                yield return $"  held    {rule,-9} {text}";
                continue;
            }

            yield return $"  BROKEN  {rule,-9} {text}: {seen.Count} times";
            foreach (string example in seen.Examples)
            {
                yield return $"            {example}";
            }
        }
    }
}
