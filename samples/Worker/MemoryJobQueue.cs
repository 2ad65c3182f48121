namespace Worker;

/// <summary>Jobs by the time that they are due.</summary>
internal sealed class MemoryJobQueue(TimeProvider time) : IJobQueue
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Job, (DateTimeOffset DueAt, long Order)> _waiting = new();
    private readonly List<Job> _ended = [];
    private long _puts;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<Job> Ended
    {
        get
        {
            lock (_lock)
            {
                return [.. _ended];
            }
        }
    }

    public ValueTask PutAsync(Job job, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (job.State == JobState.Waiting)
            {
                _waiting.Enqueue(job, (job.DueAt, _puts++));
            }
            else
            {
                _ended.Add(job);
            }

            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask<Job> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan sleep = LongestSleep;
            lock (_lock)
            {
                if (_waiting.TryPeek(out Job? first, out _))
                {
                    TimeSpan wait = first.DueAt - time.GetUtcNow();
                    if (wait <= TimeSpan.Zero)
                    {
                        return _waiting.Dequeue();
                    }

                    sleep = wait < sleep ? wait : sleep;
                }

                changed = _changed.Task;
            }

            // Either ends the sleep: a job has come that may be due earlier, or the first one is due.
            using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(sleep, time, awake.Token));
            await awake.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
