using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Worker;

/// <summary>Takes jobs one after the other. A job that fails goes back to the queue; when the loop itself fails, it pauses before it goes on.</summary>
internal sealed partial class JobWorker(IJobQueue queue, IssueComments comments, TimeProvider time, ILogger<JobWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        int failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOneAsync(stoppingToken);
                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Not one job's fault: the queue is down, the disk is full. Trying again at once would only add to it.
                TimeSpan pause = JobRules.Backoff(++failures);
                LoopFailed(logger, failure, pause);
                await Task.Delay(pause, time, stoppingToken);
            }
        }
    }

    private async Task RunOneAsync(CancellationToken cancellationToken)
    {
        Job job = await queue.TakeAsync(cancellationToken);
        JobResult result = await comments.WriteAsync(job, cancellationToken);
        Job next = JobRules.After(job, result, time.GetUtcNow());

        // What came of it is kept even when the host is stopping.
        await queue.PutAsync(next, CancellationToken.None);
        JobTried(logger, next.Issue, next.Attempts, JobRules.MaxAttempts, next.State, next.Why);
    }

    [LoggerMessage(1, LogLevel.Information, "{Issue}: attempt {Attempt} of {MaxAttempts}: {State} ({Why})")]
    private static partial void JobTried(ILogger logger, string issue, int attempt, int maxAttempts, JobState state, string? why);

    [LoggerMessage(2, LogLevel.Error, "The loop failed and goes on in {Pause}")]
    private static partial void LoopFailed(ILogger logger, Exception failure, TimeSpan pause);
}
