using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class ReusePolicyTests
{
    private const long Lifetime = 100;

    [Theory]
    [InlineData("", "", 99, Reuse.Fresh)]
    [InlineData("", "", 100, Reuse.AfterValidation)]
    [InlineData("no-cache", "", 1, Reuse.AfterValidation)]
    [InlineData("no-cache=\"x\"", "", 1, Reuse.Fresh)]
    [InlineData("must-revalidate", "", 1, Reuse.Fresh)]
    [InlineData("must-revalidate", "", 101, Reuse.AfterValidation)]
    //// what the caller asks
    [InlineData("", "no-cache", 1, Reuse.AfterValidation)]
    [InlineData("", "max-age=0", 1, Reuse.AfterValidation)]
    [InlineData("", "max-age=10", 10, Reuse.Fresh)]
    [InlineData("", "max-age=10", 11, Reuse.AfterValidation)]
    [InlineData("", "min-fresh=50", 50, Reuse.Fresh)]
    [InlineData("", "min-fresh=50", 51, Reuse.AfterValidation)]
    [InlineData("", "min-fresh=200", 1, Reuse.AfterValidation)]
    [InlineData("", "max-stale", 100_000, Reuse.StaleByRequest)]
    [InlineData("", "max-stale=10", 110, Reuse.StaleByRequest)]
    [InlineData("", "max-stale=10", 111, Reuse.AfterValidation)]
    [InlineData("", "max-stale=10, min-fresh=5", 105, Reuse.StaleByRequest)]
    [InlineData("", "max-stale=10, min-fresh=5", 106, Reuse.AfterValidation)]
    [InlineData("", "max-stale=10, max-age=50", 60, Reuse.StaleByRequest)]
    [InlineData("", "max-stale=10, max-age=50", 61, Reuse.AfterValidation)]
    [InlineData("must-revalidate", "max-stale", 101, Reuse.AfterValidation)]
    [InlineData("no-cache", "max-stale", 1, Reuse.AfterValidation)]
    [InlineData("", "only-if-cached", 99, Reuse.Fresh)]
    [InlineData("", "only-if-cached", 101, Reuse.Unavailable)]
    [InlineData("", "only-if-cached, max-stale", 101, Reuse.StaleByRequest)]
    [InlineData("", "only-if-cached, no-cache", 1, Reuse.Unavailable)]
    //// RFC 8246: a reload does not ask again for what is immutable and fresh
    [InlineData("immutable", "max-age=0", 50, Reuse.Fresh)]
    [InlineData("immutable", "max-age=0", 101, Reuse.AfterValidation)]
    [InlineData("immutable", "max-age=10", 50, Reuse.AfterValidation)]
    [InlineData("immutable", "no-cache", 50, Reuse.AfterValidation)]
    //// RFC 5861 §3
    [InlineData("stale-while-revalidate=10", "", 110, Reuse.WhileRevalidating)]
    [InlineData("stale-while-revalidate=10", "", 111, Reuse.AfterValidation)]
    [InlineData("stale-while-revalidate=10, must-revalidate", "", 105, Reuse.AfterValidation)]
    [InlineData("stale-while-revalidate=10, no-cache", "", 105, Reuse.AfterValidation)]
    [InlineData("stale-while-revalidate=10", "max-age=50", 105, Reuse.AfterValidation)]
    [InlineData("stale-while-revalidate=10", "min-fresh=1", 105, Reuse.AfterValidation)]
    public void Decides_about_a_stored_answer(string response, string request, double age, object expected) =>
        Assert.Equal(expected, (object)ReusePolicy.Decide(Facts(response, request, age)));

    [Fact]
    public void Ignores_stale_while_revalidate_where_the_user_switched_it_off()
    {
        Reuse reuse = ReusePolicy.Decide(new ReuseFacts
        {
            Status = 200,
            Age = TimeSpan.FromSeconds(105),
            Lifetime = Lifetime,
            Response = ResponseDirectives.Parse(new FieldLines("stale-while-revalidate=10")),
            Request = RequestDirectives.None,
            StaleWhileRevalidate = false,
        });

        reuse.ShouldBe(Reuse.AfterValidation);
    }

    [Theory]
    [InlineData("", "", 400, 200, true)]
    [InlineData("", "", 401, 200, false)]
    [InlineData("stale-if-error=10", "", 110, 200, true)]
    [InlineData("stale-if-error=10", "", 111, 200, false)] // the server's window counts, although it is shorter than ours
    [InlineData("stale-if-error=1000", "", 1100, 200, true)]
    [InlineData("stale-if-error=10", "stale-if-error=100", 200, 200, true)]
    [InlineData("", "stale-if-error=1", 102, 200, false)]
    [InlineData("", "stale-if-error=0", 101, 200, false)]
    [InlineData("must-revalidate", "", 101, 200, false)]
    [InlineData("must-revalidate, stale-if-error=60", "", 101, 200, false)]
    [InlineData("no-cache", "", 1, 200, false)]
    [InlineData("", "no-cache", 1, 200, false)]
    [InlineData("", "max-age=50", 60, 200, false)]
    [InlineData("immutable", "max-age=0", 101, 200, false)] // a reload of what is immutable is answered while it is fresh, no longer
    [InlineData("", "", 101, 500, false)]
    [InlineData("", "", 101, 503, false)] // one error in place of another helps nobody
    [InlineData("", "", 101, 404, true)]
    public void Decides_what_may_stand_in_for_an_error(string response, string request, double age, int status, bool expected)
    {
        ReuseFacts facts = Facts(response, request, age, status);

        ReusePolicy.MayServeOnError(facts, TimeSpan.FromMinutes(5), unlimited: false).ShouldBe(expected);
    }

    [Fact]
    public void Serves_any_age_when_the_server_is_out_of_reach_and_the_user_wants_that()
    {
        ReusePolicy.MayServeOnError(Facts("", "", 1e6), TimeSpan.Zero, unlimited: true).ShouldBeTrue();
        ReusePolicy.MayServeOnError(Facts("", "stale-if-error=1", 1e6), TimeSpan.Zero, unlimited: true).ShouldBeTrue();
        ReusePolicy.MayServeOnError(Facts("must-revalidate", "", 1e6), TimeSpan.Zero, unlimited: true).ShouldBeFalse();
        ReusePolicy.MayServeOnError(Facts("no-cache", "", 1e6), TimeSpan.Zero, unlimited: true).ShouldBeFalse();
        ReusePolicy.MayServeOnError(Facts("", "", 101), TimeSpan.Zero, unlimited: false).ShouldBeFalse();
    }

    private static ReuseFacts Facts(string response, string request, double age, int status = 200) => new()
    {
        Status = status,
        Age = TimeSpan.FromSeconds(age),
        Lifetime = Lifetime,
        Response = ResponseDirectives.Parse(new FieldLines(response)),
        Request = RequestDirectives.Parse(new FieldLines(request)),
        StaleWhileRevalidate = true,
    };
}
