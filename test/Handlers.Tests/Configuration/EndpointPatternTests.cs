namespace Handlers.Tests.Configuration;

public class EndpointPatternTests
{
    [Theory]
    [InlineData("GET /search/*", "GET", "https://api.github.com/search/code?q=a", true)]
    [InlineData("GET /search/*", "GET", "https://api.github.com/search/", true)]
    [InlineData("GET /search/*", "GET", "https://api.github.com/search", false)]
    [InlineData("GET /search/*", "POST", "https://api.github.com/search/code", false)]
    [InlineData("get /search/*", "GET", "https://api.github.com/search/code", true)]
    [InlineData("GET /Search/*", "GET", "https://api.github.com/search/code", false)]
    [InlineData("* /search/*", "POST", "https://api.github.com/search/code", true)]
    [InlineData("* *", "DELETE", "https://api.github.com/", true)]
    [InlineData("POST /repos/*/issues", "POST", "https://api.github.com/repos/a/b/issues", true)]
    [InlineData("POST /repos/*/issues", "POST", "https://api.github.com/repos/a/b/issues/1", false)]
    [InlineData("POST /repos/*/issues, POST */comments", "POST", "https://api.github.com/x/comments#top", true)]
    [InlineData("POST */issues/*/comments", "POST", "https://api.github.com/issues/issues/7/comments", true)]
    [InlineData("GET /search/*", "GET", "https://api.github.com/other?u=/search/x", false)]
    public void Matches_method_and_path_without_the_query(string text, string method, string uri, bool expected)
    {
        EndpointPattern.TryParse(text, out EndpointPattern? pattern, out string? error).ShouldBeTrue(error);

        pattern.Matches(new HttpMethod(method), new Uri(uri)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/search/*")]
    [InlineData("GET")]
    [InlineData("GET search")]
    [InlineData("GET /a?b=c")]
    [InlineData("GET /a,")]
    [InlineData("GET /a POST /b")]
    public void Says_what_is_wrong_and_what_to_write(string? text)
    {
        EndpointPattern.TryParse(text, out EndpointPattern? pattern, out string? error).ShouldBeFalse();

        pattern.ShouldBeNull();
        error.ShouldNotBeNull();
        error.ShouldContain("'GET /search/*'");
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        EndpointPattern.TryParse("GET /search/*, POST */comments", out EndpointPattern? pattern, out _).ShouldBeTrue();
        var uri = new Uri("https://api.github.com/repos/a/b/comments");
        _ = pattern.Matches(HttpMethod.Get, uri);

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool matched = pattern.Matches(HttpMethod.Post, uri);
        long after = GC.GetAllocatedBytesForCurrentThread();

        matched.ShouldBeTrue();
        (after - before).ShouldBe(0);
    }
}
