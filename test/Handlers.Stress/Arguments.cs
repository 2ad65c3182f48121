using System.Globalization;

namespace Handlers.Stress;

/// <summary>How long a run may be, and where its chance begins.</summary>
/// <param name="Count">Mutations or calls.</param>
/// <param name="Limit">The longest a run takes; null: the command's own.</param>
/// <param name="Seed">Where its chance begins.</param>
/// <param name="Tasks">How many make calls at once.</param>
/// <param name="Break">The invariant that is broken on purpose; null for none.</param>
internal sealed record Arguments(int Count, TimeSpan? Limit, int Seed, int Tasks, string? Break)
{
    public static Arguments Read(ReadOnlySpan<string> args)
    {
        Arguments read = new(1_000_000, Limit: null, Environment.ProcessId, Tasks: 200, Break: null);
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            string value = args[i + 1];
            read = args[i] switch
            {
                "--count" => read with { Count = Number(value) },
                "--seconds" => read with { Limit = TimeSpan.FromSeconds(Number(value)) },
                "--seed" => read with { Seed = Number(value) },
                "--tasks" => read with { Tasks = Number(value) },
                "--break" => read with { Break = value },
                _ => throw new ArgumentException($"\"{args[i]}\" is none of --count, --seconds, --seed, --tasks, --break.", nameof(args)),
            };
        }

        return read;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
