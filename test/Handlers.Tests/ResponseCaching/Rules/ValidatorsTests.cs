using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class ValidatorsTests
{
    [Theory]
    [InlineData("\"a\"", "\"a\"", true)]
    [InlineData("W/\"a\"", "\"a\"", true)]
    [InlineData("\"a\"", "W/\"a\"", true)]
    [InlineData("\"1\", \"a\", \"2\"", "\"a\"", true)]
    [InlineData("\"1\",\"2\",\"a\"", "\"a\"", true)]
    [InlineData("\"1\", , \"a\"", "\"a\"", true)]
    [InlineData("*", "\"a\"", true)]
    [InlineData("\"a,b\"", "\"a,b\"", true)]
    [InlineData("a", "a", true)]
    [InlineData("\"b\"", "\"a\"", false)]
    [InlineData("\"a,b\"", "\"a\"", false)]
    [InlineData("a", "\"a\"", false)]
    [InlineData("\"A\"", "\"a\"", false)]
    [InlineData("", "\"a\"", false)]
    public void Finds_a_tag_in_a_list(string ifNoneMatch, string etag, bool expected) =>
        Validators.Names(new FieldLines(ifNoneMatch), etag).ShouldBe(expected);

    [Fact]
    public void Finds_a_tag_on_a_later_line() => Validators.Names(new FieldLines(["\"1\"", "\"a\""]), "\"a\"").ShouldBeTrue();

    [Theory]
    [InlineData("\"a\"", "\"a\"", true)]
    [InlineData("W/\"a\"", "W/\"a\"", false)]
    [InlineData("\"a\"", "W/\"a\"", false)]
    public void Compares_strongly_where_bytes_matter(string a, string b, bool expected) => Validators.AreStronglyEqual(a, b).ShouldBe(expected);

    [Theory]
    [InlineData("\"a\"", true)]
    [InlineData("Sat, 21 Nov 2026 12:00:00 GMT", true)]
    [InlineData("\"abcdefü\"", false)]
    [InlineData("\"a\nb\"", false)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData(null, false)]
    public void Sends_back_only_what_can_be_sent(string? validator, bool expected) => Validators.IsUsable(validator).ShouldBe(expected);

    [Theory]
    [InlineData("\"a\"", null, "\"a\"", null, true)]
    [InlineData("W/\"a\"", null, "\"a\"", null, true)]
    [InlineData("\"b\"", null, "\"a\"", null, false)]
    [InlineData(null, null, "\"a\"", null, true)]
    [InlineData(null, "then", "\"a\"", "now", true)] // the tag was what we asked by
    [InlineData(null, "then", null, "then", true)]
    [InlineData(null, "now", null, "then", false)]
    [InlineData(null, null, null, "then", true)]
    public void Tells_whether_a_304_speaks_of_what_is_stored(string? tag, string? modified, string? storedTag, string? storedModified, bool expected)
    {
        var head = new ResponseHead { Status = 304, Directives = ResponseDirectives.None, ETag = tag, LastModified = modified };

        Validators.Identify(head, storedTag, storedModified).ShouldBe(expected);
    }
}
