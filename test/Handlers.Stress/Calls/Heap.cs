namespace Handlers.Stress.Calls;

/// <summary>
/// What the process holds at rest, looked at a few times during a run: objects, without the large and the pinned arrays. Those are the buffers that the sockets'
/// and Kestrel's pools keep, as many as were in use at the busiest moment of the last minute; they are shown beside it.
/// </summary>
/// <param name="mostGrowth">By how much objects may grow over the second half, as a share of the whole heap.</param>
internal sealed class Heap(double mostGrowth)
{
    private const double MostSwelling = 1.5;
    private const int Generations = 3;
    private const double MiB = 1024 * 1024;

    private readonly List<WeakReference> _sampled = [];
    private readonly List<(bool IsSecondHalf, double Objects, double Buffers)> _looks = [];

    /// <summary>Objects in MiB, look by look.</summary>
    public IEnumerable<double> Objects => _looks.Select(look => look.Objects);

    /// <summary>Large and pinned arrays in MiB, look by look.</summary>
    public IEnumerable<double> Buffers => _looks.Select(look => look.Buffers);

    /// <summary>By how much objects grew over the second half at most, as a share of the whole heap.</summary>
    public double Growth
    {
        get
        {
            (bool, double Objects, double Buffers)[] second = [.. _looks.Where(look => look.IsSecondHalf)];
            return second.Length == 0 ? 0 : (second.Max(look => look.Objects) - second.Min(look => look.Objects)) / second.Min(look => look.Objects + look.Buffers);
        }
    }

    /// <summary>The most that the pools held in the second half, to what they held at its beginning.</summary>
    public double Swelling
    {
        get
        {
            double[] second = [.. _looks.Where(look => look.IsSecondHalf).Select(look => look.Buffers)];
            return second.Length == 0 ? 1 : second.Max() / second[0];
        }
    }

    public bool IsFlat => Growth <= mostGrowth && Swelling <= MostSwelling;

    /// <summary>Remembers a call without holding it.</summary>
    public void Sample(HttpRequestMessage request)
    {
        lock (_sampled)
        {
            _sampled.Add(new WeakReference(request));
        }
    }

    /// <summary>Sampled calls that are still held though they have ended; forgets them.</summary>
    public int HeldCalls()
    {
        Clean();
        lock (_sampled)
        {
            int held = _sampled.Count(call => call.IsAlive);
            _sampled.Clear();
            _sampled.TrimExcess();
            return held;
        }
    }

    /// <summary>Finalizers free what the next collection finds, and tell of exceptions that nobody looked at.</summary>
    public static void Clean()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }

    public void Look(bool isSecondHalf)
    {
        Clean();
        ReadOnlySpan<GCGenerationInfo> generations = GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo;
        double objects = 0;
        double buffers = 0;
        for (int i = 0; i < generations.Length; i++)
        {
            double held = (generations[i].SizeAfterBytes - generations[i].FragmentationAfterBytes) / MiB;
            (objects, buffers) = i < Generations ? (objects + held, buffers) : (objects, buffers + held);
        }

        _looks.Add((isSecondHalf, objects, buffers));
    }
}
