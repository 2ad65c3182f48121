using System.Net.Http.Json;
using Handlers;

namespace Worker;

/// <summary>Writes comments, and says what a failure means for the job. Waits and retries within a call are the handlers' business.</summary>
internal sealed class IssueComments(IHttpClientFactory clients, TimeProvider time)
{
    public const string Client = "github";

    public async Task<JobResult> WriteAsync(Job job, CancellationToken cancellationToken)
    {
        using HttpClient github = clients.CreateClient(Client);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"repos/{job.Issue}/comments") { Content = JsonContent.Create(new { body = job.Text }) };
        try
        {
            using HttpResponseMessage response = await github.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? new JobResult(JobState.Done, "written")
                : Judge(response.GetCallReport()!, $"answered {(int)response.StatusCode}", RetryAt(response));
        }
        catch (ResilienceRejectedException refusal) when (!refusal.Report.MayHaveHappened)
        {
            // A closed gate, a full queue or an open circuit: never sent, and it says when trying again makes sense.
            return new JobResult(JobState.Waiting, refusal.Message, refusal.RetryAt);
        }
        catch (HttpRequestException failure)
        {
            return Judge(request.GetCallReport()!, failure.Message, retryAt: null);
        }
    }

    private static JobResult Judge(CallReport report, string why, DateTimeOffset? retryAt) => report switch
    {
        { MayHaveHappened: true } => new JobResult(JobState.Unclear, why),
        { Verdict: VerdictKind.Fatal } => new JobResult(JobState.Failed, why),
        _ => new JobResult(JobState.Waiting, why, retryAt),
    };

    /// <summary>A refusal whose wait is longer than Pacing:MaxWait comes back as it is.</summary>
    private DateTimeOffset? RetryAt(HttpResponseMessage response) =>
        response.Headers.RetryAfter is { } wait ? wait.Date ?? time.GetUtcNow() + wait.Delta : null;
}
