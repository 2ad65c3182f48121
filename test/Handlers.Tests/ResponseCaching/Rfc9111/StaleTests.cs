namespace Handlers.Tests.ResponseCaching.Rfc9111;

/// <summary>RFC 9111: when a stale answer is better than none (4.2.4, RFC 5861). The notation is told at <see cref="CacheScript"/>.</summary>
public class StaleTests
{
    public static TheoryData<string, string> Stale => CacheScript.Table("""
        # when the server closes the connection
        GET -> 200 Cache-Control: max-age=2
        +3
        GET -> close => 200; age>2; has Cache-Status: Handlers;fwd=stale;ttl=-1;detail=stale-if-error
        # when it answers 503
        GET -> 200 Cache-Control: max-age=2
        +3
        GET -> 503 => 200; has Cache-Status: Handlers;fwd=stale;fwd-status=503;ttl=-1;detail=stale-if-error
        # when five minutes have gone by, not for a 503
        GET -> 200 Cache-Control: max-age=2
        +303
        GET -> 503 => 503
        # but when it is out of reach
        GET -> 200 Cache-Control: max-age=2
        +303
        GET -> close => 200
        # not with must-revalidate
        GET -> 200 Cache-Control: max-age=2, must-revalidate
        +3
        GET -> close => fails
        # nor with no-cache
        GET -> 200 Cache-Control: max-age=2, no-cache | ETag: "a"
        GET -> close => fails
        # nor when the caller wants it confirmed
        GET -> 200 Cache-Control: max-age=60
        GET Cache-Control: no-cache -> close => fails
        # the server's own window
        GET -> 200 Cache-Control: max-age=0, stale-if-error=3600
        +1000
        GET -> 500 => 200
        # has passed
        GET -> 200 Cache-Control: max-age=0, stale-if-error=1
        +3
        GET -> 500 => 500
        # the caller's window
        GET -> 200 Cache-Control: max-age=0
        +1000
        GET Cache-Control: stale-if-error=3600 -> 500 => 200
        # has passed
        GET -> 200 Cache-Control: max-age=0
        +3
        GET Cache-Control: stale-if-error=1 -> 500 => 500
        # an error does not push out what is stored
        GET -> 200 Cache-Control: max-age=1 | ETag: "a"
        +400
        GET -> 503 => 503
        GET => etag; 200
        # a 4xx is no error of the server's
        GET -> 200 Cache-Control: max-age=2
        +3
        GET -> 404 => 404
        # while revalidating
        GET -> 200 Cache-Control: max-age=1, stale-while-revalidate=3600 | ETag: "abc" | body 1
        +3
        GET -> 200 Cache-Control: max-age=3600 | ETag: "def" | body 2 => has ETag: "abc"; body 1
        +1
        GET => hit; has ETag: "def"; body 2; has Cache-Control: max-age=3600
        # the window has passed
        GET -> 200 Cache-Control: max-age=1, stale-while-revalidate=4 | ETag: "abc"
        +6
        GET -> 200 Cache-Control: no-cache | ETag: "def" => miss; has ETag: "def"
        # a refresh that brings what must be confirmed
        GET -> 200 Cache-Control: max-age=1, stale-while-revalidate=4 | ETag: "abc" | body 1
        +3
        GET -> 200 Cache-Control: no-cache | ETag: "def" | body 2 => body 1
        +3
        GET -> 200 Cache-Control: no-cache | ETag: "ghi" | body 3 => body 3; sent If-None-Match: "def"
        """);

    [Theory]
    [MemberData(nameof(Stale))]
    public async Task Goes_as_the_specification_says(string name, string script)
    {
        name.ShouldNotBeEmpty();

        await CacheScript.PlayAsync(script);
    }
}
