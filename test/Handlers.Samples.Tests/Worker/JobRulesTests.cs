using Worker;

namespace Handlers.Samples.Tests.Worker;

[Trait("Requirement", "B7")]
public sealed class JobRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Job Fresh = new("o/r/issues/1", "hello");

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    public void A_failed_job_goes_back_with_its_count_and_a_growing_wait(int attempts, int seconds)
    {
        Job next = JobRules.After(Fresh with { Attempts = attempts }, new JobResult(JobState.Waiting, "no connection"), Now);

        next.State.ShouldBe(JobState.Waiting);
        next.Attempts.ShouldBe(attempts + 1);
        next.DueAt.ShouldBe(Now + TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void The_fifth_failure_is_the_last()
    {
        Job next = JobRules.After(Fresh with { Attempts = 4 }, new JobResult(JobState.Waiting, "no connection"), Now);

        next.State.ShouldBe(JobState.Failed);
        next.Attempts.ShouldBe(5);
        next.Why.ShouldBe("no connection");
    }

    [Fact]
    public void A_refusal_says_itself_when_the_job_is_due()
    {
        Job next = JobRules.After(Fresh, new JobResult(JobState.Waiting, "quota", Now.AddMinutes(42)), Now);

        next.DueAt.ShouldBe(Now.AddMinutes(42));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 16)]
    [InlineData(6, 16)]
    [InlineData(60, 16)]
    public void The_backoff_is_bounded(int failures, int seconds) => JobRules.Backoff(failures).ShouldBe(TimeSpan.FromSeconds(seconds));
}
