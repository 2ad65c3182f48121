using System.Net;
using Handlers.Testing;
using Worker;

namespace Handlers.Samples.Tests.Worker;

public sealed class JobWorkerTests
{
    private static readonly Dictionary<string, string?> NoRetries = new(StringComparer.Ordinal) { ["ResilienceHandlers:Clients:github:Retry:MaxRetries"] = "0" };

    private readonly VirtualTime _time = new();

    [Fact]
    [Trait("Requirement", "B7")]
    public async Task A_job_refused_for_longer_than_it_wants_to_wait_comes_back_when_the_refusal_says()
    {
        using var twin = new GitHubTwin(new GitHubTwinOptions { AnonymousLimit = 1 }, _time);
        using var bench = new WorkerBench(_time, twin, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:github:Pacing:MaxWait"] = "00:00:05",
        });

        await bench.RunAsync(ended: 2, new Job("o/r/issues/1", "one"), new Job("o/r/issues/2", "two"));

        bench.Queue.Ended.Select(job => (job.State, job.Attempts)).ShouldBe([(JobState.Done, 1), (JobState.Done, 2)]);
        _time.Elapsed.ShouldBeInRange(TimeSpan.FromHours(1), TimeSpan.FromHours(1) + TimeSpan.FromSeconds(5));
        twin.Refused.ShouldBe(0);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "B7")]
    public async Task A_job_whose_retries_are_used_up_is_tried_five_times_from_1_to_16_seconds_and_marked_failed()
    {
        using var wire = new ScriptedTransport(_time);
        wire.OnEach(_ => new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        using var bench = new WorkerBench(_time, wire, NoRetries);

        await bench.RunAsync(ended: 1, new Job("o/r/issues/1", "one"));

        Job job = bench.Queue.Ended.ShouldHaveSingleItem();
        (job.State, job.Attempts).ShouldBe((JobState.Failed, 5));
        Gaps(wire).ShouldBe([1, 2, 4, 8]);
    }

    [Fact]
    [Trait("Requirement", "B7")]
    [Trait("Requirement", "C4")]
    public async Task A_job_that_met_an_open_circuit_comes_back_when_it_lets_calls_pass_again()
    {
        using var wire = new ScriptedTransport(_time);
        wire.Answers(new HttpRequestException(HttpRequestError.ConnectionError, "refused"), HttpStatusCode.Created);
        using var bench = new WorkerBench(_time, wire, new Dictionary<string, string?>(NoRetries, StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:github:CircuitBreaker:FailureThreshold"] = "1",
            ["ResilienceHandlers:Clients:github:CircuitBreaker:BreakDuration"] = "00:00:30",
        });

        await bench.RunAsync(ended: 1, new Job("o/r/issues/1", "one"));

        // One failure, one refusal after a second, one success.
        Job job = bench.Queue.Ended.ShouldHaveSingleItem();
        (job.State, job.Attempts).ShouldBe((JobState.Done, 3));
        Gaps(wire).ShouldHaveSingleItem().ShouldBeInRange(30, 31);
    }

    [Fact]
    public async Task A_comment_that_may_have_been_written_is_left_to_a_person()
    {
        using var twin = new GitHubTwin(new GitHubTwinOptions { Faults = { new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Times = 1 } } }, _time);
        using var bench = new WorkerBench(_time, twin);

        await bench.RunAsync(ended: 1, new Job("o/r/issues/1", "one"));

        bench.Queue.Ended.ShouldHaveSingleItem().State.ShouldBe(JobState.Unclear);
        twin.Executed.ShouldBe(1);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task What_can_never_succeed_is_tried_once()
    {
        using var wire = new ScriptedTransport(_time);
        wire.Answers(HttpStatusCode.NotFound);
        using var bench = new WorkerBench(_time, wire);

        await bench.RunAsync(ended: 1, new Job("o/r/issues/404", "one"));

        Job job = bench.Queue.Ended.ShouldHaveSingleItem();
        (job.State, job.Attempts).ShouldBe((JobState.Failed, 1));
    }

    [Fact]
    [Trait("Requirement", "A12")]
    public async Task The_loop_backs_off_between_failures_of_its_own_and_starts_afresh_after_a_success()
    {
        using var wire = new ScriptedTransport(_time);
        wire.OnEach(_ => HttpStatusCode.Created);
        var queue = new FlakyQueue(_time, failures: [true, true, true, false, true, true, false]);
        using var bench = new WorkerBench(_time, wire, NoRetries, queue);

        await bench.RunAsync(ended: 2);

        queue.Asked.Skip(1).Zip(queue.Asked, (later, earlier) => Math.Round((later - earlier).TotalSeconds)).Take(6).ShouldBe([1, 2, 4, 0, 1, 2]);
    }

    [Fact]
    [Trait("Requirement", "A12")]
    public async Task Stopping_ends_a_pause_at_once()
    {
        using var wire = new ScriptedTransport(_time);
        var queue = new FlakyQueue(_time, failures: [.. Enumerable.Repeat(true, 100)]);
        using var bench = new WorkerBench(_time, wire, NoRetries, queue);

        await bench.RunAsync(() => queue.Asked.Count == 6); // in a pause of 16 s

        _time.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(1 + 2 + 4 + 8 + 16), TimeSpan.FromSeconds(1 + 2 + 4 + 8 + 16.2));
    }

    private static double[] Gaps(ScriptedTransport wire)
    {
        TimeSpan[] starts = [.. wire.Attempts.Select(attempt => attempt.Elapsed)];
        return [.. starts.Skip(1).Zip(starts, (later, earlier) => Math.Round((later - earlier).TotalSeconds, 1))];
    }

    /// <summary>A queue that is down now and then; between it hands out a job.</summary>
    private sealed class FlakyQueue(VirtualTime time, bool[] failures) : IJobQueue
    {
        private readonly List<Job> _ended = [];

        public List<TimeSpan> Asked { get; } = [];

        public IReadOnlyList<Job> Ended => _ended;

        public ValueTask PutAsync(Job job, CancellationToken cancellationToken)
        {
            _ended.Add(job);
            return ValueTask.CompletedTask;
        }

        public async ValueTask<Job> TakeAsync(CancellationToken cancellationToken)
        {
            Asked.Add(time.Elapsed);
            if (Asked.Count > failures.Length)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            }

            return failures[Asked.Count - 1] ? throw new IOException("The queue is down.") : new Job("o/r/issues/1", "hello");
        }
    }
}
