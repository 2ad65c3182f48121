using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/a/b", "/a/b", true)]
    [InlineData("/a/b", "/a/*", true)]
    [InlineData("/a/b/c", "/a/*/c", true)]
    [InlineData("/a/b/c", "/*/*/*", true)]
    [InlineData("/a/bcd/e", "/a/b*/e", true)]
    [InlineData("/a//c", "/a/*/c", false)]
    [InlineData("/a/", "/a/*", false)]
    [InlineData("/a/b/c", "/a/*", false)]
    [InlineData("/a", "/a/*", false)]
    [InlineData("/A/b", "/a/b", false)]
    [InlineData("", "*", false)]
    public void A_star_stands_for_one_segment(string path, string pattern, bool expected)
    {
        path.AsSpan().Is(pattern).ShouldBe(expected);
    }

    [Theory]
    [InlineData("https://h/a/b?x=1/2", "/a/b")]
    [InlineData("https://h/a%20b", "/a%20b")]
    [InlineData("https://h", "/")]
    public void A_path_has_no_query(string uri, string expected)
    {
        RequestPath.Of(new Uri(uri)).ToString().ShouldBe(expected);
    }

    [Fact]
    public void Without_an_absolute_address_there_is_no_path()
    {
        RequestPath.Of(null).IsEmpty.ShouldBeTrue();
        RequestPath.Of(new Uri("/a", UriKind.Relative)).IsEmpty.ShouldBeTrue();
    }
}
