using System.Globalization;

namespace Handlers.Stress.Calls;

/// <summary>
/// A million calls from two hundred tasks of two apps against twins and bare sockets on loopback, with everything going wrong that can. Now and then everybody
/// rests: then sums, slots and heap are looked at. 0 only if every invariant held.
/// </summary>
internal sealed class Storm
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Stragglers = TimeSpan.FromSeconds(15);

    /// <summary>Idle connections are gone after that, and the factory has disposed of the chains that nobody uses any more: it looks for them every ten seconds.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(11);

    private const int Threads = 8;
    private const int OneIn = 16;
    private const double Flat = 0.05;

    /// <summary>In a short run caches and pools are still being filled.</summary>
    private const double StillWarming = 0.2;

    /// <summary>When everybody rests, in shares of the run. What a client and a pool need to become as large as they get, they have by half of it.</summary>
    private static readonly double[] Rests = [0.25, 0.5, 0.58, 0.67, 0.75, 0.83, 0.92, 1];

    private static readonly double[] FewRests = [0.5, 1];

    private readonly Heap _heap;
    private readonly Lock _lock = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly List<Task> _watchers = [];
    private TaskCompletionSource? _rest;
    private int _begun;
    private int _active;
    private int _unobserved;
    private TimeSpan _resting;
    private long _worstOver = long.MinValue;
    private bool _ended;

    private Storm(Arguments arguments)
    {
        Arguments = arguments;
        Journal = new Journal(arguments.Count);
        _heap = new Heap(IsShort ? StillWarming : Flat);
    }

    public Arguments Arguments { get; }

    public Journal Journal { get; }

    public Findings Findings { get; } = new();

    public Lag Lag { get; } = new();

    public bool IsResting => _rest is not null;

    private bool IsShort => Limit <= Short;

    /// <summary>The time for calls: what is left beside the rests.</summary>
    private TimeSpan Calling => Limit - (RestsAt.Length * 1.2 * Settling) is var left && left > Limit / 2 ? left : Limit / 2;

    private double[] RestsAt => IsShort ? FewRests : Rests;

    private TimeSpan Limit => Arguments.Limit ?? Longest;

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_start);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        if (arguments.Break is { } name && !Sabotage.All.Contains(name))
        {
            throw new ArgumentException($"\"{name}\" is none of {string.Join(", ", Sabotage.All)}.", nameof(arguments));
        }

        // As many threads throughout: each keeps buffers of its own, and the heap is to be compared.
        ThreadPool.SetMaxThreads(Threads, Threads);
        ThreadPool.SetMinThreads(Threads, Threads);
        var storm = new Storm(arguments);
        Console.WriteLine($"calls: {arguments.Count} from {arguments.Tasks} tasks, at most {storm.Limit.TotalSeconds:0} s, seed {arguments.Seed}{(arguments.Break is { } broken ? $", breaking \"{broken}\"" : "")}");
        TaskScheduler.UnobservedTaskException += storm.Unobserved;
        await using App steady = await App.StartAsync("steady", TimeProvider.System, storm, arguments.Seed);
        await using App jumping = await App.StartAsync("jumping", new JumpingClock(), storm, arguments.Seed + 1);
        await storm.RunAsync([steady, jumping]);
        return storm.Findings.IsClean ? 0 : 1;
    }

    /// <summary>Asks for leave to make a call; waits while everybody rests; false when the run is over. Who gets it says <see cref="Ended"/> afterwards.</summary>
    public async ValueTask<bool> MayCallAsync()
    {
        while (true)
        {
            Task rest;
            lock (_lock)
            {
                if (_ended || _begun >= Arguments.Count)
                {
                    return false;
                }

                if (_rest is null)
                {
                    _begun++;
                    _active++;
                    return true;
                }

                rest = _rest.Task;
            }

            await rest;
        }
    }

    public void Ended()
    {
        lock (_lock)
        {
            _active--;
        }
    }

    /// <summary>A call begins; of a few it is seen whether anybody holds them after their end.</summary>
    public void Sample(HttpRequestMessage request)
    {
        if (Volatile.Read(ref _begun) % OneIn == 0)
        {
            _heap.Sample(request);
        }
    }

    /// <summary>How far past its deadline a call ended; negative: before it.</summary>
    public void Over(TimeSpan over)
    {
        long seen;
        while (over.Ticks > (seen = Volatile.Read(ref _worstOver)) && Interlocked.CompareExchange(ref _worstOver, over.Ticks, seen) != seen)
        {
            // Somebody else was faster.
        }
    }

    /// <summary>Something that runs beside the calls and must be over before the run is.</summary>
    public Task WatchAsync(Task watcher)
    {
        lock (_lock)
        {
            _watchers.Add(watcher);
        }

        return watcher;
    }

    private async Task RunAsync(App[] apps)
    {
        using var stop = new CancellationTokenSource();
        Task lag = Lag.WatchAsync(stop.Token);
        Disturber[] disturbers = [.. apps.Select((app, i) => new Disturber(app, this, Arguments.Seed + 100 + i))];
        Task[] disturbing = [.. disturbers.Select(disturber => disturber.RunAsync(stop.Token))];
        Task[] callers = [.. Callers(apps)];
        foreach (double share in RestsAt)
        {
            await UntilAsync(callers, share);
            await RestAsync(apps, share);
        }

        await stop.CancelAsync();
        await Task.WhenAll([.. callers, .. disturbing, .. _watchers, lag]);
        TaskScheduler.UnobservedTaskException -= Unobserved;
        foreach ((App app, Disturber disturber) in apps.Zip(disturbers))
        {
            Rotation(app, disturber.Seconds);
        }

        Findings.Check(_heap.IsFlat, "heap", $"objects grew by {_heap.Growth:P1} of the heap, buffers to {_heap.Swelling:F2} of what they were: {HeapText}");
        Report(apps, disturbers);
    }

    private IEnumerable<Task> Callers(App[] apps)
    {
        for (int i = 0; i < Arguments.Tasks; i++)
        {
            // Callers 0, 2, 4 … are the first app's; of each hundred of an app every client gets its share.
            App app = apps[i % apps.Length];
            int place = (int)(i / apps.Length * 100L * apps.Length / Arguments.Tasks);
            Target target = app.Targets.First(one => (place -= one.Share) < 0);
            var caller = new Caller(this, app, target, (Arguments.Seed * 1000) + i);
            yield return Task.Run(caller.RunAsync);
        }
    }

    /// <summary>Until a share of the calls has begun, or of the time has passed.</summary>
    private async Task UntilAsync(Task[] callers, double share)
    {
        var step = TimeSpan.FromMilliseconds(50);
        while (Volatile.Read(ref _begun) < Arguments.Count * share && Elapsed - _resting < Calling * share)
        {
            if (callers.FirstOrDefault(caller => caller.IsFaulted) is { } broken)
            {
                await broken;
            }

            await Task.Delay(step, TimeProvider.System);
        }
    }

    /// <summary>Everybody rests, and what must be back is looked for.</summary>
    private async Task RestAsync(App[] apps, double share)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _rest = over;
            _ended = share >= 1;
        }

        long from = TimeProvider.System.GetTimestamp();
        while (Volatile.Read(ref _active) > 0 && TimeProvider.System.GetElapsedTime(from) < Stragglers)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        int active = Volatile.Read(ref _active);
        Findings.Check(active == 0, "late", $"{active} calls were alive {Stragglers.TotalSeconds} s after the last could begin");
        Heap.Clean();
        await Task.Delay(Settling, TimeProvider.System);
        foreach (App app in apps)
        {
            await app.KnockAsync();
        }

        int held = _heap.HeldCalls();
        Findings.Check(held == 0, "heap", $"{held} of the calls looked at are held though they have ended");
        _heap.Look(share >= 0.5);
        foreach (App app in apps)
        {
            AtRest.Look(app, Findings);
        }

        int nobody = Journal.AnsweredByNobody();
        Findings.Check(nobody == 0, "sums", $"{nobody} attempts were answered and reached no server");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Elapsed.TotalSeconds,6:F0} s  {_begun,9} calls  {Journal.Attempts,9} attempts  {Environment.CpuUsage.TotalTime.TotalSeconds,5:F0} CPU s  {_heap.Objects.Last(),6:F2} MiB objects, {_heap.Buffers.Last(),5:F1} MiB buffers at rest  timers late by {Lag.Recent.TotalMilliseconds:F0} ms"));
        lock (_lock)
        {
            _rest = null;
        }

        _resting += TimeProvider.System.GetElapsedTime(from);
        over.SetResult();
    }

    private void Rotation(App app, int seconds)
    {
        foreach (Target target in app.Targets)
        {
            Findings.Check(target.Chains >= seconds / 4, "rotation", $"{target}: {target.Chains} chains in {seconds} s");
        }
    }

    private void Unobserved(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        Interlocked.Increment(ref _unobserved);
        Findings.Broke("task", e.Exception.Flatten().ToString().ReplaceLineEndings(" "));
        e.SetObserved();
    }

    private string HeapText =>
        string.Join(", ", _heap.Objects.Zip(_heap.Buffers, (objects, buffers) => string.Create(CultureInfo.InvariantCulture, $"{objects:F2} + {buffers:F1}")));

    private void Report(App[] apps, Disturber[] disturbers)
    {
        Console.WriteLine();
        Console.WriteLine("client              calls        ok  attempts   arrived  repeated  refused  refused here  bodies cut  retries  at once  chains");
        foreach (Target target in apps.SelectMany(app => app.Targets))
        {
            CallerTally tally = target.Tally;
            Console.WriteLine(
                $"{target,-15}{tally.Calls,10}{tally.Succeeded,10}{target.Attempts,10}{target.Arrived,10}{target.Repeated,10}{target.Refused,9}{tally.RefusedHere,14}{tally.BrokenBodies,12}{tally.Retries,9}{target.PeakAtOnce,9}{target.Chains,8}");
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_begun} calls in {Elapsed.TotalSeconds:F0} s, {_resting.TotalSeconds:F0} of them at rest: {_begun / (Elapsed - _resting).TotalSeconds:F0} a second; {Journal.Attempts} attempts, {disturbers.Sum(d => d.GoodEdits)} good and {disturbers.Sum(d => d.BadEdits)} bad edits; {Environment.CpuUsage.TotalTime.TotalSeconds:F0} CPU seconds; latest end {new TimeSpan(_worstOver).TotalMilliseconds:F0} ms past a deadline, timers late by up to {Lag.Worst.TotalMilliseconds:F0} ms, up to {apps.SelectMany(a => a.Targets).Max(t => t.Pace?.Worst.TotalMilliseconds ?? 0):F0} ms missing of a limit's period"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"heap at rest, objects + buffers in MiB: {HeapText}; objects grew by {_heap.Growth:P1} of it over the second half"));
        foreach (string line in Findings.Lines())
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(Findings.IsClean ? $"calls: every invariant held, seed {Arguments.Seed}" : $"calls: an invariant was broken, seed {Arguments.Seed}");
    }
}
