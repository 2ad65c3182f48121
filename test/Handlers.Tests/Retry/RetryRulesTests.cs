using Handlers.Retry;

namespace Handlers.Tests.Retry;

/// <summary>One rule after the other, each at its border, with everything else in favour of repeating.</summary>
public sealed class RetryRulesTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hint = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_failure_is_repeated_after_the_backoff_and_uses_a_retry() =>
        new Situation().Decide().ShouldBe(RetryDecision.After(Second, usesRetry: true));

    public static TheoryData<int> NothingToMend => [.. Enumerable.Range(0, 4)];

    [Theory]
    [MemberData(nameof(NothingToMend))]
    public void What_went_well_or_is_not_ours_to_mend_is_left_alone(int which)
    {
        Judgement[] outcomes =
        [
            Judgement.Ok,
            Situation.Failed with { AlreadyDone = true },
            Situation.Failed with { Failure = FailureClass.Cancelled },
            Situation.Failed with { Failure = FailureClass.Rejected },
        ];

        new Situation { Outcome = outcomes[which] }.Decide().ShouldBe(RetryDecision.Done);
    }

    [Fact]
    public void The_providers_no_comes_before_everything() =>
        new Situation { Outcome = Situation.Failed with { Retry = false } }.Decide().Reason.ShouldBe("the provider says not to retry");

    [Fact]
    public void A_quota_that_is_gone_is_not_waited_for() =>
        new Situation { Outcome = Situation.Refused with { Kind = VerdictKind.QuotaExhausted } }.Decide().Reason.ShouldBe("the quota is gone");

    [Theory]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void What_would_fail_again_is_repeated_where_its_kind_is_unknown_and_the_user_lists_it(bool unknown, bool listed, bool again)
    {
        Judgement fatal = Situation.Failed with { Kind = VerdictKind.Fatal, Failure = unknown ? FailureClass.Other : FailureClass.Status };

        RetryDecision decision = new Situation { Outcome = fatal, Listed = listed }.Decide();

        decision.Again.ShouldBe(again);
        decision.Reason.ShouldBeNull();
    }

    [Theory]
    [InlineData(false, null, false)]
    [InlineData(false, true, true)]
    [InlineData(true, null, true)]
    public void A_failure_is_repeated_where_the_user_lists_it_or_the_provider_asks_for_it(bool listed, bool? asked, bool again)
    {
        RetryDecision decision = new Situation { Outcome = Situation.Failed with { Retry = asked }, Listed = listed }.Decide();

        decision.Again.ShouldBe(again);
        decision.Reason.ShouldBe(again ? null : "the failure is not among Retry:RetryOn");
    }

    [Fact]
    public void A_refusal_needs_no_list() => new Situation { Outcome = Situation.Refused, Listed = false }.Decide().Again.ShouldBeTrue();

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void Only_what_was_not_executed_or_may_be_executed_twice_is_repeated(bool notExecuted, bool replaySafe, bool again)
    {
        RetryDecision decision = new Situation { Outcome = Situation.Failed with { NotExecuted = notExecuted }, ReplaySafe = replaySafe }.Decide();

        decision.Again.ShouldBe(again);
        decision.Reason.ShouldBe(again ? null : "it may have been executed, and repeating it is not known to be safe");
    }

    [Fact]
    public void A_body_that_is_gone_can_not_be_repeated() =>
        new Situation { BodyCanBeSentAgain = false }.Decide().Reason.ShouldBe("its body can be sent only once");

    [Theory]
    [InlineData(false, true, 3, true, true)]
    [InlineData(false, true, 4, false, false)]
    [InlineData(false, false, 4, false, false)]
    [InlineData(true, true, 3, true, true)]
    [InlineData(true, true, 4, false, false)]
    [InlineData(true, false, 3, true, false)]
    [InlineData(true, false, 4, true, false)]
    public void Retries_are_used_by_failures_and_by_refusals_where_the_option_says_so(bool refused, bool refusalsUseRetries, int retries, bool again, bool uses)
    {
        RetryDecision decision = new Situation
        {
            Outcome = refused ? Situation.Refused : Situation.Failed,
            Options = new RetryOptions { RefusalsUseRetries = refusalsUseRetries },
            MaxRetries = 4,
            Retries = retries,
        }.Decide();

        (decision.Again, decision.UsesRetry, decision.IsUsedUp).ShouldBe((again, uses, !again));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_hint_of_nothing_makes_no_hot_loop(int seconds) =>
        Hinted(TimeSpan.FromSeconds(seconds)).Decide().Delay.ShouldBe(Second);

    [Fact]
    public void A_hint_is_waited_for_with_the_guard_and_a_spread_on_top() =>
        (Hinted(Hint) with { Guard = Second, Random = 0.5 }).Decide().Delay.ShouldBe(Hint + Second + (Second / 2), "a tenth of the wait would be more than the largest spread");

    [Fact]
    public void The_spread_of_a_short_hint_is_a_tenth_of_it() =>
        (Hinted(2 * Second) with { Random = 0.5 }).Decide().Delay.ShouldBe(TimeSpan.FromSeconds(2.1));

    [Fact]
    public void The_longest_hint_that_is_waited_for_is_the_options()
    {
        (Hinted(Hint) with { MaxServerWait = Hint }).Decide().Again.ShouldBeTrue();
        (Hinted(Hint) with { MaxServerWait = Hint - TimeSpan.FromTicks(1) }).Decide().Reason.ShouldBe("the provider asks for a longer wait than RateLimits:MaxServerWait");
    }

    [Fact]
    public void Where_the_queue_waits_the_retry_does_not_but_the_wait_has_to_fit()
    {
        Situation paced = Hinted(Hint) with { Paced = true, Guard = Second };

        (paced with { Left = Hint + Second + TimeSpan.FromTicks(1) }).Decide().ShouldBe(RetryDecision.After(TimeSpan.Zero, usesRetry: true));
        (paced with { Left = Hint + Second }).Decide().Reason.ShouldBe("the wait would end after the deadline");
    }

    [Fact]
    public void A_wait_has_to_end_before_the_deadline()
    {
        (Hinted(Hint) with { Left = Hint + TimeSpan.FromTicks(1) }).Decide().Delay.ShouldBe(Hint);
        (Hinted(Hint) with { Left = Hint }).Decide().Reason.ShouldBe("the wait would end after the deadline");
    }

    [Theory]
    [InlineData(20.5, 20)]
    [InlineData(20.6, 20.5)]
    public void The_spread_is_dropped_where_only_the_wait_itself_fits(double left, double delay) =>
        (Hinted(Hint) with { Random = 0.5, Left = TimeSpan.FromSeconds(left) }).Decide().Delay.ShouldBe(TimeSpan.FromSeconds(delay));

    [Fact]
    public void A_wait_is_no_longer_than_the_caller_accepts()
    {
        (Hinted(Hint) with { MaxWait = Hint }).Decide().Again.ShouldBeTrue();
        (Hinted(Hint) with { MaxWait = Hint - TimeSpan.FromTicks(1) }).Decide().Reason.ShouldBe("the wait is longer than the caller accepts");
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void An_open_circuit_is_waited_for_without_using_a_retry_where_the_user_wants_it(bool option, bool listed, bool waits)
    {
        Situation open = Open(TimeSpan.FromSeconds(30)) with { Options = new RetryOptions { WaitForCircuit = option }, Listed = listed, Retries = 3, MaxRetries = 3, Random = 0.5 };

        open.Decide().ShouldBe(waits ? RetryDecision.After(TimeSpan.FromSeconds(30.5), usesRetry: false) : RetryDecision.Done);
    }

    [Fact]
    public void A_circuit_of_which_nobody_knows_when_it_opens_for_calls_is_not_waited_for() =>
        Open(null).Decide().Reason.ShouldBe("nobody knows when the circuit opens for calls again");

    private static Situation Hinted(TimeSpan hint) => new() { Outcome = Situation.Refused with { Wait = hint } };

    private static Situation Open(TimeSpan? opensIn) => new() { Outcome = Situation.Failed with { Failure = FailureClass.CircuitOpen }, CircuitOpensIn = opensIn };

    /// <summary>The facts of a read that failed for the first time, with all the time in the world.</summary>
    private sealed record Situation
    {
        public static Judgement Failed { get; } = new() { Kind = VerdictKind.Transient, Failure = FailureClass.Status, Why = "it failed" };

        public static Judgement Refused { get; } = new() { Kind = VerdictKind.RateLimited, Failure = FailureClass.Status, NotExecuted = true, Why = "it was refused" };

        public Judgement Outcome { get; init; } = Failed;

        public RetryOptions Options { get; init; } = new();

        public bool Listed { get; init; } = true;

        public int MaxRetries { get; init; } = 3;

        public int Retries { get; init; }

        public bool ReplaySafe { get; init; } = true;

        public bool BodyCanBeSentAgain { get; init; } = true;

        public bool Paced { get; init; }

        public TimeSpan Left { get; init; } = Timeout.InfiniteTimeSpan;

        public TimeSpan MaxWait { get; init; } = Timeout.InfiniteTimeSpan;

        public TimeSpan MaxServerWait { get; init; } = TimeSpan.FromHours(1);

        public TimeSpan Guard { get; init; }

        public TimeSpan? CircuitOpensIn { get; init; }

        public double Random { get; init; }

        public RetryDecision Decide() => RetryRules.Decide(new RetryFacts
        {
            Outcome = Outcome,
            Options = Options,
            Backoff = new BackoffSettings(BackoffKind.Constant, Second, Multiplier: 1, MaxDelay: 10 * Second, Jitter: 0),
            Listed = Listed,
            MaxRetries = MaxRetries,
            Retries = Retries,
            ReplaySafe = ReplaySafe,
            BodyCanBeSentAgain = BodyCanBeSentAgain,
            Paced = Paced,
            Left = Left,
            MaxWait = MaxWait,
            MaxServerWait = MaxServerWait,
            Guard = Guard,
            CircuitOpensIn = CircuitOpensIn,
            Random = Random,
        });
    }
}
