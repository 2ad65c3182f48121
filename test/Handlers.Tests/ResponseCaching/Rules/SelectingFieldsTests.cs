using System.Net.Http.Headers;
using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class SelectingFieldsTests
{
    private readonly CredentialDigests _digests = new();

    [Theory]
    [InlineData("Foo", "Foo=1", "Foo=1", true)]
    [InlineData("foo", "Foo=1", "FOO=1", true)]
    [InlineData("Foo", "Foo=1", "Foo=2", false)]
    [InlineData("Foo", "", "Foo=1", false)]
    [InlineData("Foo", "Foo=1", "", false)]
    [InlineData("Foo", "", "", true)]
    [InlineData("Foo", "Foo=", "", false)] // a missing field is not an empty one
    [InlineData("Foo", "Foo=1;Other=2", "Foo=1;Other=3", true)]
    [InlineData("Foo, Bar, Baz", "Foo=1;Bar=abc;Baz=789", "Baz=789;Foo=1;Bar=abc", true)]
    [InlineData("Foo, Bar, Baz", "Foo=1;Bar=abc;Baz=789", "Baz=789;Foo=1;Bar=abcde", false)]
    [InlineData("Foo, Bar, Baz", "Foo=1;Baz=789", "Foo=1;Baz=789", true)]
    [InlineData("Foo", "Foo=1,2", "Foo= 1, 2 ", true)]
    [InlineData("Foo", "Foo=1, 2", "Foo=1;Foo=2", true)]
    [InlineData("Foo", "Foo=2, 1", "Foo=1;Foo=2", false)]
    [InlineData("Foo", "Foo=\"a, b\"", "Foo=\"a,b\"", false)] // in quotes, space means something
    [InlineData("Foo", "Foo=a b", "Foo=ab", false)]
    [InlineData("Foo", "Foo=a", "Foo=A", false)]
    [InlineData("Accept-Language", "Accept-Language=en, de", "Accept-Language=eN ,   De", true)]
    [InlineData("Accept-Encoding", "Accept-Encoding=gzip", "Accept-Encoding=GZIP", true)]
    [InlineData("Accept-Language", "Accept-Language=en, de", "Accept-Language=de, en", false)] // many servers read the order as a ranking
    [InlineData("Authorization", "Authorization=Bearer a", "Authorization=Bearer a", true)]
    [InlineData("Authorization", "Authorization=Bearer a", "Authorization=Bearer b", false)]
    public void Match_a_request_that_would_get_the_same_answer(string vary, string stored, string presented, bool expected)
    {
        SelectingFields fields = SelectingFields.Of(new FieldLines(vary), Request(stored), _digests);

        fields.Match(Request(presented), _digests).ShouldBe(expected);
    }

    [Fact]
    public void Hold_each_name_once()
    {
        SelectingFields fields = SelectingFields.Of(new FieldLines(["Accept, Authorization,, Accept", "ACCEPT"]), Request("Accept=x"), _digests);

        fields.Count.ShouldBe(2);
        fields.NameAt(0).ShouldBe("accept");
        fields.NameAt(1).ShouldBe("authorization");
    }

    [Theory]
    [InlineData("Authorization", "Bearer secret")]
    [InlineData("Cookie", "session=secret")]
    [InlineData("X-Goog-Api-Key", "secret")]
    [InlineData("x-api-key", "secret")]
    public void Hold_no_secret(string name, string value)
    {
        SelectingFields fields = SelectingFields.Of(new FieldLines(name), Samples.Request((name, value)), _digests);

        fields.ValueAt(0).ShouldNotBeNull().ShouldNotContain("secret");
    }

    [Fact]
    public void Have_the_same_digest_for_a_secret_in_every_process()
    {
        SelectingFields one = SelectingFields.Of(new FieldLines("Cookie"), Samples.Request(("Cookie", "a=b")), new CredentialDigests());
        SelectingFields other = SelectingFields.Of(new FieldLines("Cookie"), Samples.Request(("cookie", "a=b")), new CredentialDigests());

        one.ValueAt(0).ShouldBe(other.ValueAt(0));
    }

    private static KeyValuePair<string, HeaderStringValues>[] Request(string fields) => Samples.Request(
        [.. fields.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(field => (field[..field.IndexOf('=')], field[(field.IndexOf('=') + 1)..]))]);
}
