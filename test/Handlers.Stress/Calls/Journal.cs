using System.Globalization;

namespace Handlers.Stress.Calls;

/// <summary>
/// What became of every attempt and every write, by the number that it carries. Made beforehand, a byte each: what grew with the run would hide what leaks.
/// </summary>
internal sealed class Journal(int calls)
{
    /// <summary>The field with an attempt's number, set below our handlers.</summary>
    public const string Attempt = "X-Attempt";

    /// <summary>The field with a write's number, set by the application: the same in every attempt.</summary>
    public const string Write = "X-Write";

    private const int Spare = 1_000_000;

    private readonly byte[] _arrivals = new byte[(calls * 2) + Spare];
    private readonly byte[] _answers = new byte[(calls * 2) + Spare];
    private readonly byte[] _executions = new byte[calls + Spare];
    private int _attempts;
    private int _writes;

    public int Attempts => Volatile.Read(ref _attempts);

    public int NextAttempt() => Interlocked.Increment(ref _attempts);

    public int NextWrite() => Interlocked.Increment(ref _writes);

    /// <summary>An attempt reached a server; false if it had done so before (a redirect, or a repetition by the transport).</summary>
    public bool Arrived(int attempt) => _arrivals[attempt]++ == 0;

    public void Answered(int attempt) => _answers[attempt] = 1;

    /// <summary>A write took effect; false if it had done so before.</summary>
    public bool Executed(int write) => _executions[write]++ == 0;

    /// <summary>Attempts with an answer that no server gave.</summary>
    public int AnsweredByNobody()
    {
        int found = 0;
        for (int i = 1; i <= Attempts; i++)
        {
            found += _answers[i] != 0 && _arrivals[i] == 0 ? 1 : 0;
        }

        return found;
    }

    public static int NumberOf(string? field) => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
