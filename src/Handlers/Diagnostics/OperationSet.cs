using System.Collections.Concurrent;

namespace Handlers;

/// <summary>The operations of one client that a metric may name. Those that come when there are too many are one: what a path without a plan names has no bound.</summary>
internal sealed class OperationSet
{
    public const int Capacity = 200;
    public const string Others = "_OTHER";

    private readonly ConcurrentDictionary<string, byte> _known = new(StringComparer.Ordinal);
    private int _count;

    public string Admit(string operation)
    {
        if (_known.ContainsKey(operation))
        {
            return operation;
        }

        if (Volatile.Read(ref _count) >= Capacity)
        {
            return Others;
        }

        if (_known.TryAdd(operation, 0))
        {
            Interlocked.Increment(ref _count);
        }

        return operation;
    }
}
