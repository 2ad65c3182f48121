namespace Handlers.Tests.ResponseCaching.Rfc9111;

/// <summary>RFC 9111: what a request may be answered with: its directives (5.2.1), Vary (4.1), HEAD and ranges. The notation is told at <see cref="CacheScript"/>.</summary>
public class AskingTests
{
    public static TheoryData<string, string> RequestDirectives => CacheScript.Table("""
        # no-cache confirms what is fresh, by date
        GET -> 200 Cache-Control: max-age=3600 | Last-Modified: {-10000} | Date: {0}
        GET Cache-Control: no-cache => lm; has Cache-Status: Handlers;fwd=request;fwd-status=304;ttl=3600
        # and by tag
        GET -> 200 Cache-Control: max-age=3600 | ETag: "abc"
        GET Cache-Control: no-cache => etag
        # without a validator it fetches anew, and stores that
        GET -> 200 Cache-Control: max-age=3600 | body 1
        GET Cache-Control: no-cache -> 200 Cache-Control: max-age=3600 | body 2 => miss; body 2
        GET => hit; body 2
        # no-store passes by, both ways
        GET -> 200 Cache-Control: max-age=3600 | body 1
        GET Cache-Control: no-store -> 200 Cache-Control: max-age=3600 | body 2 => miss; body 2
        GET => hit; body 1
        # max-age=0
        GET -> 200 Cache-Control: max-age=3600
        +3
        GET Cache-Control: max-age=0 => miss
        # max-age below the Age
        GET -> 200 Cache-Control: max-age=3600 | Age: 1800
        GET Cache-Control: max-age=600 => miss
        # max-age above it
        GET -> 200 Cache-Control: max-age=3600 | Age: 1800
        GET Cache-Control: max-age=2000 => hit
        # max-stale
        GET -> 200 Cache-Control: max-age=1
        +3
        GET Cache-Control: max-stale=1000 => hit; has Cache-Status: Handlers;hit;ttl=-2;detail=max-stale
        # max-stale and an Age
        GET -> 200 Cache-Control: max-age=1500 | Age: 2000
        GET Cache-Control: max-stale=1000 => hit
        # not stale enough for that
        GET -> 200 Cache-Control: max-age=1
        +3
        GET Cache-Control: max-stale=1 => miss
        # min-fresh
        GET -> 200 Cache-Control: max-age=1500
        GET Cache-Control: min-fresh=2000 => miss
        # min-fresh and an Age
        GET -> 200 Cache-Control: max-age=1500 | Age: 1000
        GET Cache-Control: min-fresh=1000 => miss
        # only-if-cached without anything
        GET Cache-Control: only-if-cached => hit; 504; has Cache-Status: Handlers;detail=only-if-cached
        # only-if-cached with something
        GET -> 200 Cache-Control: max-age=60
        GET Cache-Control: only-if-cached => hit; 200
        # only-if-cached for what only the server puts together
        GET -> 200 Cache-Control: max-age=60 | body 0123456789
        GET Cache-Control: only-if-cached | Range: bytes=0-1, 3-4 => hit; 504
        # only-if-cached with something stale
        GET -> 200 Cache-Control: max-age=1
        +3
        GET Cache-Control: only-if-cached => hit; 504
        # what nobody knows is passed over
        GET -> 200 Cache-Control: max-age=60
        GET Cache-Control: nothing-to-see-here => hit
        """);

    public static TheoryData<string, string> Vary => CacheScript.Table("""
        # the same value
        GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: Foo
        GET Foo: 1 => hit
        # another value
        GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: Foo
        GET Foo: 2 => miss; has Cache-Status: Handlers;fwd=vary-miss
        # none then, one now
        GET -> 200 Cache-Control: max-age=5000 | Vary: Foo
        GET Foo: 1 => miss
        # one then, none now
        GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: Foo
        GET => miss
        # two variants side by side
        GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: Foo | body one
        GET Foo: 2 -> 200 Cache-Control: max-age=5000 | Vary: Foo | body two => miss; body two
        GET Foo: 1 => hit; body one
        GET Foo: 2 => hit; body two
        # other fields don't count
        GET Foo: 1 | Other: 2 -> 200 Cache-Control: max-age=5000 | Vary: Foo
        GET Foo: 1 | Other: 3 => hit
        # three fields, any order
        GET Foo: 1 | Bar: abc | Baz: 789 -> 200 Cache-Control: max-age=5000 | Vary: Foo, Bar, Baz
        GET Baz: 789 | Foo: 1 | Bar: abc => hit
        GET Foo: 1 | Baz: 789 | Bar: abcde => miss
        # fields that both leave out
        GET Foo: 1 | Baz: 789 -> 200 Cache-Control: max-age=5000 | Vary: Foo, Bar, Baz
        GET Foo: 1 | Baz: 789 => hit
        # a star
        GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: *
        GET Foo: 1 => miss
        # a star among others
        GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: Foo, *
        GET Foo: 1 => miss
        # a star on a line of its own
        GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: Foo | Vary: *
        GET Foo: 1 => miss
        # lines and space that mean the same
        GET Foo: 1, 2 -> 200 Cache-Control: max-age=5000 | Vary: Foo
        GET Foo: 1 | Foo: 2 => hit
        GET Foo:  1,2  => hit
        # languages ignore case
        GET Accept-Language: en, de -> 200 Cache-Control: max-age=5000 | Vary: Accept-Language
        GET Accept-Language: eN ,   De => hit
        # a confirmation asks with the fields that the answer was chosen by
        GET Abc: 123 -> 200 Expires: {1} | ETag: "abcdef" | Date: {0} | Vary: Abc
        +3
        GET Abc: 123 => etag; sent Abc: 123
        # and not with another variant's tag
        GET Abc: 123 -> 200 Expires: {1} | ETag: "abcdef" | Date: {0} | Vary: Abc
        +3
        GET Abc: 456 => miss; unsent If-None-Match
        """);

    public static TheoryData<string, string> Heads => CacheScript.Table("""
        # from the stored GET
        GET -> 200 Cache-Control: max-age=60 | Content-Length: 4 | body 0123
        HEAD => hit; 200; body ; has Content-Length: 4
        # a HEAD is stored for HEAD
        HEAD -> 200 Cache-Control: max-age=60 | Content-Length: 4
        HEAD => hit; has Content-Length: 4
        # and never serves a GET
        HEAD -> 200 Cache-Control: max-age=60
        GET => miss
        # a range means nothing to it
        GET -> 200 Cache-Control: max-age=60 | body 0123
        HEAD Range: bytes=0-1 => hit; 200
        # a write makes both worthless
        HEAD -> 200 Cache-Control: max-age=60
        POST
        HEAD => miss
        # a stale GET is confirmed through HEAD
        GET -> 200 Cache-Control: max-age=2 | ETag: "a" | body 0123
        +3
        HEAD => etag; 200; body
        GET => hit; body 0123
        """);

    public static TheoryData<string, string> Ranges => CacheScript.Table("""
        # the beginning
        GET -> 200 Cache-Control: max-age=60 | A: 1 | body 01234567890
        GET Range: bytes=0-1 => hit; 206; body 01; has Content-Range: bytes 0-1/11; has Content-Length: 2; has A: 1
        # to the end
        GET -> 200 Cache-Control: max-age=60 | body 01234567890
        GET Range: bytes=1- => hit; 206; body 1234567890
        # the end
        GET -> 200 Cache-Control: max-age=60 | body 0123456789A
        GET Range: bytes=-1 => hit; 206; body A
        # behind the end
        GET -> 200 Cache-Control: max-age=60 | body 0123
        GET Range: bytes=9- => hit; 416; has Content-Range: bytes */4; body
        # several are for the server
        GET -> 200 Cache-Control: max-age=60 | body 01234567890
        GET Range: bytes=0-1,4-5 -> 206 Content-Type: multipart/byteranges => miss; 206
        GET => hit; body 01234567890
        # what is no range
        GET -> 200 Cache-Control: max-age=60 | body 0123
        GET Range: lines=1-2 => hit; 200; body 0123
        # a part is never stored as the whole
        GET Range: bytes=0-1 -> 206 Cache-Control: max-age=60 | Content-Range: bytes 0-1/4 | body 01 => miss; 206
        GET -> 200 Cache-Control: max-age=60 | body 0123 => miss; 200; body 0123
        # nor one that calls itself 200
        GET -> 200 Cache-Control: max-age=60 | Content-Range: bytes 0-1/4 | body 01
        GET => miss
        # If-Range: the same
        GET -> 200 Cache-Control: max-age=60 | ETag: "a" | body 0123
        GET Range: bytes=0-1 | If-Range: "a" => hit; 206; body 01
        # If-Range: another
        GET -> 200 Cache-Control: max-age=60 | ETag: "a" | body 0123
        GET Range: bytes=0-1 | If-Range: "b" => hit; 200; body 0123
        # If-Range: a weak tag is not enough
        GET -> 200 Cache-Control: max-age=60 | ETag: W/"a" | body 0123
        GET Range: bytes=0-1 | If-Range: W/"a" => hit; 200; body 0123
        # stale: confirmed, then cut
        GET -> 200 Cache-Control: max-age=2 | ETag: "a" | body 0123
        +3
        GET Range: bytes=0-1 => etag; 206; body 01
        # a server that ignores the range gives us the whole
        GET Range: bytes=0-1 -> 200 Cache-Control: max-age=60 | body 0123 => miss; 200; body 0123
        GET => hit; body 0123
        """);

    [Theory]
    [MemberData(nameof(RequestDirectives))]
    [MemberData(nameof(Vary))]
    [MemberData(nameof(Heads))]
    [MemberData(nameof(Ranges))]
    public async Task Goes_as_the_specification_says(string name, string script)
    {
        name.ShouldNotBeEmpty();

        await CacheScript.PlayAsync(script);
    }
}
