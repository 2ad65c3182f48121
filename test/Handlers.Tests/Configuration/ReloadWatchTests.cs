namespace Handlers.Tests.Configuration;

public class ReloadWatchTests
{
    [Fact]
    public void Many_threads_never_read_at_once_and_the_last_edit_is_read()
    {
        const int Threads = 4;
        const int EditsEach = 500;
        int edited = 0;
        int reading = 0;
        int overlaps = 0;
        int read = 0;
        using var watch = new ReloadWatch([], () =>
        {
            overlaps += Interlocked.Exchange(ref reading, 1);
            Volatile.Write(ref read, Volatile.Read(ref edited));
            Volatile.Write(ref reading, 0);
        });
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < EditsEach; i++)
            {
                Interlocked.Increment(ref edited);
                watch.Run();
            }
        }))];

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        overlaps.ShouldBe(0);
        read.ShouldBe(Threads * EditsEach);
    }
}
