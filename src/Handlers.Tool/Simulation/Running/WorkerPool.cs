using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Handlers.Tool.Simulation;

/// <summary>Shares jobs out among as many worker processes as there are cores.</summary>
internal static class WorkerPool
{
    // Without the minimum the pool keeps as many threads as there are cores, whatever the maximum says.
    private static readonly string[] OneThread = ["DOTNET_ThreadPool_ForceMinWorkerThreads", "DOTNET_ThreadPool_ForceMaxWorkerThreads"];

    /// <summary>Does the jobs and gives each reply to <paramref name="done"/>, one at a time, in any order.</summary>
    public static void Do(IReadOnlyList<SimulationJob> jobs, Action<SimulationJob, WorkerReply> done)
    {
        if (Assembly.GetEntryAssembly() != typeof(WorkerPool).Assembly)
        {
            DoHere(jobs, done); // inside another program there is no command to start again
            return;
        }

        var open = new ConcurrentQueue<SimulationJob>(jobs);
        var gate = new Lock();
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(jobs.Count, Environment.ProcessorCount)).Select(_ => new Thread(() => Drive(open, Report)))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        void Report(SimulationJob job, WorkerReply reply)
        {
            lock (gate)
            {
                done(job, reply);
            }
        }
    }

    private static void DoHere(IReadOnlyList<SimulationJob> jobs, Action<SimulationJob, WorkerReply> done)
    {
        var scenarios = new Dictionary<string, Scenario>(StringComparer.Ordinal);
        foreach (SimulationJob job in jobs)
        {
            done(job, Worker.Do(job, scenarios));
        }
    }

    private static void Drive(ConcurrentQueue<SimulationJob> open, Action<SimulationJob, WorkerReply> report)
    {
        Process? worker = null;
        while (open.TryDequeue(out SimulationJob? job))
        {
            WorkerReply? reply = null;
            try
            {
                worker ??= Start();
                worker.StandardInput.WriteLine(JsonSerializer.Serialize(job));
                worker.StandardInput.Flush();
                reply = worker.StandardOutput.ReadLine() is { } line ? JsonSerializer.Deserialize<WorkerReply>(line) : null;
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                reply = null; // it died in the middle
            }

            if (reply is null)
            {
                worker?.Dispose();
                worker = null;
                reply = new WorkerReply(Figures: null, $"{job.Scenario}, {job.Policy}, seed {job.Seed}: the worker process has ended");
            }

            report(job, reply);
        }

        if (worker is not null)
        {
            worker.StandardInput.Close();
            worker.WaitForExit();
            worker.Dispose();
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]); // started as "dotnet handlers.dll"
        }

        start.ArgumentList.Add("simulate");
        start.ArgumentList.Add(Worker.Option);
        Array.ForEach(OneThread, name => start.Environment[name] = "1");
        start.Environment["DOTNET_TieredPGO"] = "0"; // a worker lives for seconds
        return Process.Start(start)!;
    }
}
