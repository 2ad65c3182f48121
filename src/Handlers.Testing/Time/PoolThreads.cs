namespace Handlers.Testing;

/// <summary>The pool's threads as the kernel sees them: one that waits for a processor is at work, however long that takes.</summary>
internal static class PoolThreads
{
    // What the runtime names them; the kernel keeps fifteen characters.
    private static ReadOnlySpan<byte> Name => "(.NET TP Worker)"u8;

    /// <summary>Whether any besides the calling one, which is held up for a moment, is running or waits for a processor or a disk; false where the kernel does not tell.</summary>
    internal static bool AnyOtherRuns()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        // A thread of the pool that has nothing to do spins a little before it sleeps, and the work item that asks has just woken one or two.
#pragma warning disable RS0030 // real time is what has to pass
        Thread.Sleep(1);
#pragma warning restore RS0030
        int running = 0;
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            running += Runs($"{thread}/stat") ? 1 : 0;
        }

        return running > 1;
    }

    private static bool Runs(string file)
    {
        try
        {
            ReadOnlySpan<byte> line = File.ReadAllBytes(file);
            int name = line.IndexOf(Name);
            int state = name + Name.Length + 1;
            return name >= 0 && state < line.Length && line[state] is (byte)'R' or (byte)'D';
        }
        catch (IOException)
        {
            return false; // it has ended
        }
    }
}
