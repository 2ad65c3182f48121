using System.Globalization;

namespace Handlers.Stress;

/// <summary>How long a run may be, and where its chance begins.</summary>
internal sealed record Arguments(int Count, TimeSpan Limit, int Seed)
{
    public static Arguments Read(ReadOnlySpan<string> args)
    {
        Arguments read = new(1_000_000, TimeSpan.FromSeconds(60), Environment.ProcessId);
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            int value = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            read = args[i] switch
            {
                "--count" => read with { Count = value },
                "--seconds" => read with { Limit = TimeSpan.FromSeconds(value) },
                "--seed" => read with { Seed = value },
                _ => throw new ArgumentException($"\"{args[i]}\" is none of --count, --seconds, --seed.", nameof(args)),
            };
        }

        return read;
    }
}
