namespace Handlers.Benchmarks;

/// <summary>One way to do something, measured in rounds: the medians of its time and of the bytes that it allocates, each for one time.</summary>
internal sealed class Contender(string name, Action<int> work)
{
    private readonly List<double> _nanoseconds = [];
    private readonly List<double> _bytes = [];

    public string Name { get; } = name;

    public (double Ns, double Bytes) Median => (MedianOf(_nanoseconds), MedianOf(_bytes));

    /// <summary>Lets all take turns, each round in another order, so that a slow moment of the machine hits all of them and none always runs after the same one.</summary>
    /// <param name="contenders">Who competes.</param>
    /// <param name="rounds">How many medians are taken over.</param>
    /// <param name="times">How often the work is done in one round.</param>
    /// <param name="cpu">Counts the time that the process had a processor instead of the time that passed: for a machine that does other things as well.</param>
    public static void Compete(Contender[] contenders, int rounds, int times, bool cpu)
    {
        foreach (Contender contender in contenders)
        {
            contender.Warm(5 * times);
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                contenders[(round + i) % contenders.Length].Round(times, cpu);
            }
        }
    }

    private static double MedianOf(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private void Warm(int times) => work(times);

    private void Round(int times, bool cpu)
    {
        long bytes = GC.GetTotalAllocatedBytes(precise: false);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = TimeProvider.System.GetTimestamp();
        work(times);
        TimeSpan passed = cpu ? Environment.CpuUsage.TotalTime - before : TimeProvider.System.GetElapsedTime(start);
        _nanoseconds.Add(passed.TotalNanoseconds / times);
        _bytes.Add((GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)times);
    }
}
