using System.Globalization;

namespace Handlers.Testing;

/// <summary>A thread started through <see cref="VirtualTime"/>: counts as busy until it waits or ends.</summary>
internal sealed class VirtualThread
{
    private readonly Thread _thread;
    private volatile string? _statusFile;

    internal VirtualThread(Action body, string name)
    {
        _thread = new Thread(() =>
        {
            _statusFile = StatusFileOfThisThread();
            body();
        })
        { IsBackground = true, Name = name };
    }

    internal string Name => _thread.Name!;

    /// <summary>False where a woken thread looks blocked until it has been scheduled; the caller then has to look longer.</summary>
    internal static bool SeesWakesAtOnce => OperatingSystem.IsLinux();

    internal void Start() => _thread.Start();

    /// <summary>
    /// Whether the thread waits and nothing has woken it. The runtime says "waiting" until a woken thread runs again, which can take
    /// milliseconds on a busy machine; the kernel marks it runnable in the very call that wakes it.
    /// </summary>
    internal bool IsBlocked()
    {
        if (!_thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
        {
            return false;
        }

        if (!SeesWakesAtOnce)
        {
            return true;
        }

        return _statusFile is { } file && SleepsInKernel(file);
    }

    private static string StatusFileOfThisThread()
    {
        string? self = SeesWakesAtOnce ? new FileInfo("/proc/thread-self").LinkTarget : null; // "<process>/task/<thread>"
        return string.Create(CultureInfo.InvariantCulture, $"/proc/{self}/stat");
    }

    private static bool SleepsInKernel(string file)
    {
        try
        {
            ReadOnlySpan<byte> line = File.ReadAllBytes(file);
            int state = line.LastIndexOf((byte)')') + 2; // the name before it may hold anything, the state is the field after
            return state < line.Length && line[state] == (byte)'S';
        }
        catch (IOException)
        {
            return false; // gone: it has ended and will be taken off the list
        }
    }
}
