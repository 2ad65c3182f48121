using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class StoragePolicyTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(203)]
    [InlineData(204)]
    [InlineData(299)]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(599)]
    public void Stores_any_final_status_with_an_explicit_lifetime(int status) => Decide(status, "max-age=60").ShouldBe(Storability.Store);

    [Theory]
    [InlineData(100)]
    [InlineData(103)]
    [InlineData(206)]
    [InlineData(304)]
    [InlineData(428)] // RFC 6585
    [InlineData(429)]
    [InlineData(431)]
    [InlineData(511)]
    public void Never_stores_these(int status) => Decide(status, "max-age=60, public").ShouldBe(Storability.Status);

    [Theory]
    [InlineData("no-store", 200, Storability.ResponseForbids)]
    [InlineData("no-store, max-age=60", 200, Storability.ResponseForbids)]
    [InlineData("no-store, must-understand, max-age=60", 200, Storability.Store)]
    [InlineData("no-store, must-understand, max-age=60", 599, Storability.ResponseForbids)]
    [InlineData("must-understand, max-age=60", 299, Storability.ResponseForbids)]
    [InlineData("private, max-age=60", 200, Storability.Store)]
    [InlineData("private=\"x\", max-age=60", 200, Storability.Store)]
    [InlineData("s-maxage=60", 200, Storability.NothingToReuse)]
    [InlineData("max-age=0", 200, Storability.Store)] // for stale-if-error and max-stale
    [InlineData("no-cache", 200, Storability.NothingToReuse)]
    [InlineData("", 200, Storability.NothingToReuse)]
    [InlineData("", 403, Storability.Status)]
    public void Decides_by_what_the_server_says(string cacheControl, int status, object expected) => Assert.Equal(expected, (object)Decide(status, cacheControl));

    [Theory]
    [InlineData(200, "", Storability.Store)]
    [InlineData(404, "", Storability.Store)]
    [InlineData(200, "no-cache", Storability.Store)]
    [InlineData(403, "", Storability.Status)]
    [InlineData(403, "public", Storability.Store)]
    [InlineData(403, "private", Storability.Store)]
    [InlineData(503, "", Storability.Status)]
    public void Stores_what_can_be_confirmed_later(int status, string cacheControl, object expected) =>
        Assert.Equal(expected, (object)Decide(status, cacheControl, etag: "\"a\""));

    [Theory]
    [InlineData("*")]
    [InlineData("*, *")]
    [InlineData(", *")]
    [InlineData("Foo, *")]
    [InlineData("*, Foo")]
    [InlineData("Foo ,\t* ")]
    public void Does_not_store_what_no_later_request_can_match(string vary) => Decide(200, "max-age=60", vary: vary).ShouldBe(Storability.VaryStar);

    [Theory]
    [InlineData("bytes 0-4/10", Storability.Partial)]
    [InlineData("bytes 0-4/*", Storability.Partial)]
    [InlineData("bytes */10", Storability.Store)]
    [InlineData("nonsense", Storability.Store)]
    public void Does_not_store_a_part_that_calls_itself_the_whole(string contentRange, object expected)
    {
        var head = new ResponseHead { Status = 200, Directives = ResponseDirectives.Parse(new FieldLines("max-age=60")), ContentRange = contentRange };

        Assert.Equal(expected, (object)StoragePolicy.Decide(head, new Freshness(60, IsExplicit: true)));
    }

    private static Storability Decide(int status, string cacheControl, string? etag = null, string? vary = null)
    {
        var head = new ResponseHead
        {
            Status = status,
            Directives = ResponseDirectives.Parse(new FieldLines(cacheControl)),
            ETag = etag,
            Vary = vary is null ? default : new FieldLines(vary),
        };
        return StoragePolicy.Decide(head, Freshness.Of(head, DateTimeOffset.UnixEpoch, heuristics: false));
    }
}
