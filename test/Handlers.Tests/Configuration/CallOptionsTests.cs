using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Configuration;

/// <summary>What a call may say about itself, and which of it is a slip.</summary>
public sealed class CallOptionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(30)] // new TimeSpan(30): ticks
    [InlineData(-1)]
    [InlineData(-2 * TimeSpan.TicksPerMillisecond)]
    [InlineData(TimeSpan.TicksPerMillisecond - 1)]
    public void An_attempt_that_no_answer_could_come_in_time_for_is_refused_where_it_is_said(long ticks)
    {
        ArgumentOutOfRangeException refused = Should.Throw<ArgumentOutOfRangeException>(() => new CallOptions { AttemptTimeout = new TimeSpan(ticks) });

        refused.Message.ShouldContain("CallOptions.AttemptTimeout");
        refused.Message.ShouldContain("the least is 1 ms");
        refused.ActualValue.ShouldBe(new TimeSpan(ticks));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_name_that_is_empty_is_a_slip_not_a_name(string empty)
    {
        Should.Throw<ArgumentException>(() => new CallOptions { IdempotencyKey = empty }).Message.ShouldContain("CallOptions.IdempotencyKey is empty");
        Should.Throw<ArgumentException>(() => new CallOptions { Account = empty }).Message.ShouldContain("CallOptions.Account is empty");
    }

    [Fact]
    public void A_value_that_an_enumeration_does_not_have_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new CallOptions { Replay = (ReplaySafety)9 }).Message.ShouldContain("CallOptions.Replay");
        Should.Throw<ArgumentOutOfRangeException>(() => new CallOptions { Cache = (CacheMode)9 }).Message.ShouldContain("CallOptions.Cache");
        Should.Throw<ArgumentOutOfRangeException>(() => new CallOptions { Priority = (CallPriority)9 }).Message.ShouldContain("CallOptions.Priority");
        Should.Throw<ArgumentOutOfRangeException>(() => new CallOptions { Cost = new Cost { Tokens = -1 } }).Message.ShouldContain("CallOptions.Cost");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_deadline_that_has_passed_sends_nothing(int seconds)
    {
        using var bench = new Bench();

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "things");
            request.SetCallOptions(new CallOptions { Deadline = TimeSpan.FromSeconds(seconds) });

            await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(request));
        });

        bench.Wire.Attempts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Who_has_no_time_to_wait_goes_at_once_or_not_at_all(int seconds)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "1/minute")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await Send()).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await Should.ThrowAsync<QuotaRejectedException>(Send)).RetryAt.ShouldNotBeNull();

            Task<HttpResponseMessage> Send()
            {
                var request = new HttpRequestMessage(HttpMethod.Get, "things");
                request.SetCallOptions(new CallOptions { MaxWait = TimeSpan.FromSeconds(seconds) });
                return client.SendAsync(request);
            }
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Spans_of_any_length_and_any_number_of_retries_can_be_counted_with()
    {
        using var bench = new Bench();
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions
            {
                AttemptTimeout = TimeSpan.MaxValue,
                Deadline = TimeSpan.MaxValue,
                MaxWait = TimeSpan.MaxValue,
                MaxRetries = int.MaxValue,
            });

            (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });
    }
}
