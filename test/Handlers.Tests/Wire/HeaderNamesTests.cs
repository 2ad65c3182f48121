using Handlers.Wire;

namespace Handlers.Tests.Wire;

public sealed class HeaderNamesTests
{
    private static readonly HeaderNames Names = new HeaderNames("Date", "Retry-After").And("x-ratelimit-remaining");

    [Theory]
    [InlineData("Date")]
    [InlineData("date")]
    [InlineData("RETRY-AFTER")]
    [InlineData("X-RateLimit-Remaining")]
    public void A_name_that_is_read_passes_in_any_case(string name) => Names.MayContain(name).ShouldBeTrue();

    [Theory]
    [InlineData("ETag")]
    [InlineData("Vary")]
    [InlineData("Content-Security-Policy")]
    public void Most_others_don_t(string name) => Names.MayContain(name).ShouldBeFalse();
}
