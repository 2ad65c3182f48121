using System.Collections.Concurrent;

namespace Handlers.Tests.Support;

/// <summary>Real threads that start together: the test pool has a single one.</summary>
internal static class Crowd
{
    public static void Run(int threads, Action action) => Run(threads, _ => action());

    public static void Run(int threads, Action<int> action)
    {
        using var start = new Barrier(threads);
        var failures = new ConcurrentQueue<Exception>();
        Thread[] all =
        [
            .. Enumerable.Range(0, threads).Select(index => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    action(index);
                }
                catch (Exception e)
                {
                    failures.Enqueue(e);
                }
            })),
        ];

        foreach (Thread thread in all)
        {
            thread.Start();
        }

        foreach (Thread thread in all)
        {
            thread.Join();
        }

        failures.ShouldBeEmpty();
    }
}
