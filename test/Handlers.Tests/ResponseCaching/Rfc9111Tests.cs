namespace Handlers.Tests.ResponseCaching;

/// <summary>Conversations that RFC 9111 (and 5861, 8246, 9110) decide, played in full: see <see cref="CacheScript"/> for the notation.</summary>
public class Rfc9111Tests
{
    public static TheoryData<string, string> Freshness => Table("""
        # reuses while max-age lasts
        GET -> 200 Cache-Control: max-age=3600
        +3
        GET => hit; 200; age>2; has Cache-Control: max-age=3600
        # not after it
        GET -> 200 Cache-Control: max-age=2
        +3
        GET => miss
        # never with max-age=0
        GET -> 200 Cache-Control: max-age=0
        GET => miss
        # a negative lifetime is none
        GET -> 200 Cache-Control: max-age=-3600
        GET => miss
        # a lifetime beyond 2^31 s
        GET -> 200 Cache-Control: max-age=99999999999
        +3
        GET => hit
        # nothing said, nothing kept
        GET -> 200
        GET => miss
        # max-age wins over a past Expires
        GET -> 200 Cache-Control: max-age=3600 | Expires: {-7200} | Date: {0}
        +3
        GET => hit
        # max-age wins over an invalid Expires
        GET -> 200 Cache-Control: max-age=3600 | Expires: 0 | Date: {0}
        +3
        GET => hit
        # max-age=0 wins over a future Expires
        GET -> 200 Cache-Control: max-age=0 | Expires: {3600} | Date: {0}
        GET => miss
        # a private cache does not read s-maxage
        GET -> 200 Cache-Control: s-maxage=3600, max-age=1
        +3
        GET => miss
        # s-maxage alone says nothing to it
        GET -> 200 Cache-Control: s-maxage=3600
        GET => miss
        # on lines of their own
        GET -> 200 Cache-Control: s-maxage=3600 | Cache-Control: max-age=1
        +3
        GET => miss
        # a future Expires
        GET -> 200 Expires: {2592000} | Date: {0}
        +3
        GET => hit; age>2; has Date: {f:0}; has Expires: {f:2592000}
        # a past Expires
        GET -> 200 Expires: {-2592000} | Date: {0}
        GET => miss
        # an Expires of now
        GET -> 200 Expires: {0} | Date: {0}
        GET => miss
        # an Expires before its Date, both ahead
        GET -> 200 Expires: {300} | Date: {400}
        GET => miss
        # an Expires of 0
        GET -> 200 Expires: 0 | Date: {0}
        GET => miss
        # an Expires without a usable Date
        GET -> 200 Expires: {10} | Date: foo
        GET => hit
        # an Age beyond the lifetime
        GET -> 200 Cache-Control: max-age=3600 | Age: 7200 | Date: {0}
        GET => miss
        # an Age beyond Expires, by a slow clock
        GET -> 200 Expires: {10} | Date: {-10} | Age: 25
        GET => miss
        # an Age beyond Expires, by a fast clock
        GET -> 200 Expires: {20} | Date: {10} | Age: 15
        GET => miss
        # a Date that makes it older than its lifetime
        GET -> 200 Cache-Control: max-age=3600 | Date: {-7200}
        GET => miss
        # an Age that is no number is passed over
        GET -> 200 Cache-Control: max-age=3600 | Age: abc | Date: {0}
        +3
        GET => hit; age>2; has Age: 3
        # the first of two Ages counts: old
        GET -> 200 Cache-Control: max-age=3600 | Age: 7200 | Age: 0 | Date: {0}
        GET => miss
        # the first of two Ages counts: new
        GET -> 200 Cache-Control: max-age=3600 | Age: 0 | Age: 7200 | Date: {0}
        GET => hit
        # in one line too
        GET -> 200 Cache-Control: max-age=3600 | Age: 7200, 0 | Date: {0}
        GET => miss
        # an Age beyond 2^31
        GET -> 200 Cache-Control: max-age=3600 | Age: 2147483649 | Date: {0}
        GET => miss
        # adds to the Age it came with
        GET -> 200 Cache-Control: max-age=3600 | Age: 30 | Date: {0}
        +3
        GET => hit; has Age: 33
        # two lifetimes: the shorter
        GET -> 200 Cache-Control: max-age=1800 | Cache-Control: max-age=1
        +3
        GET => miss
        # a lifetime inside quotes is none
        GET -> 200 Cache-Control: extension="max-age=3600", max-age=1
        +3
        GET => miss
        # each query is its own resource
        GET /?a -> 200 Cache-Control: max-age=60
        GET /?b => miss
        GET /?a => hit; body the body of /?a
        # a fragment is none
        GET /#a -> 200 Cache-Control: max-age=60
        GET /#b => hit
        # paths are told apart by case and escapes
        GET /a%2Fb -> 200 Cache-Control: max-age=60
        GET /a/b => miss
        GET /A%2Fb => miss
        # ignores Pragma, which RFC 9111 5.4 retired
        GET -> 200 Cache-Control: max-age=60
        GET Pragma: no-cache => hit
        """);

    public static TheoryData<string, string> Heuristics
    {
        get
        {
            TheoryData<string, string> table = Table("""
                # marked public, any status may be estimated
                GET -> 599 Last-Modified: {-86400} | Date: {0} | Cache-Control: public
                GET => hit; 599
                # a tenth of the time since the change
                GET -> 200 Last-Modified: {-100} | Date: {0}
                +9
                GET => hit
                +2
                GET => lm
                # not where the server says when it expires
                GET -> 200 Last-Modified: {-86400} | Date: {0} | Expires: {-1}
                GET => lm
                # nor against no-cache
                GET -> 200 Last-Modified: {-86400} | Date: {0} | Cache-Control: no-cache
                GET => lm
                """);
            foreach (int status in (int[])[200, 203, 204, 404, 405, 410, 414, 501])
            {
                table.Add($"estimates for {status}", $"GET -> {status} Last-Modified: {{-86400}} | Date: {{0}}\nGET => hit; {status}");
            }

            foreach (int status in (int[])[201, 202, 403, 502, 503, 504, 599])
            {
                table.Add($"does not estimate for {status}", $"GET -> {status} Last-Modified: {{-86400}} | Date: {{0}}\nGET -> {status} => miss; {status}");
            }

            return table;
        }
    }

    public static TheoryData<string, string> Statuses
    {
        get
        {
            TheoryData<string, string> table = Table("""
                # must-understand and a status that nobody knows
                GET -> 599 Cache-Control: max-age=3600, no-store, must-understand
                GET => miss
                # must-understand and one that everybody knows
                GET -> 200 Cache-Control: max-age=3600, no-store, must-understand
                GET => hit
                # a refusal for too many requests is never kept (RFC 6585)
                GET -> 429 Cache-Control: max-age=3600
                GET => miss
                """);
            foreach (int status in (int[])[200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599])
            {
                table.Add($"reuses a fresh {status}", $"GET -> {status} Cache-Control: max-age=100000 | Expires: {{100000}} | Date: {{0}} | Last-Modified: {{0}}\n+3\nGET => hit; {status}");
                table.Add($"does not reuse a stale {status}", $"GET -> {status} Expires: {{-5000}} | Date: {{0}} | Last-Modified: {{-100000}}\nGET -> 200 => miss; 200");
            }

            return table;
        }
    }

    public static TheoryData<string, string> ResponseDirectives => Table("""
        # no-store is not stored
        GET -> 200 Cache-Control: max-age=10000, no-store | Expires: {10000} | Date: {0}
        GET => miss
        # in any case
        GET -> 200 Cache-Control: No-StOrE, max-age=10000
        GET => miss
        # private is for us
        GET -> 200 Cache-Control: private, max-age=3600
        GET => hit; has Cache-Control: private, max-age=3600
        # no-cache without a validator is of no use
        GET -> 200 Cache-Control: max-age=10000, no-cache | Expires: {10000} | Date: {0}
        GET => miss; unsent If-None-Match
        # with one it is asked about each time
        GET -> 200 Cache-Control: No-CaChE | ETag: "abcd"
        GET => etag; 200; body the body of /
        GET => etag; 200
        # even while it would be fresh
        GET -> 200 Cache-Control: max-age=10000, no-cache | Expires: {10000} | Date: {0} | ETag: "abcd"
        GET => etag
        # fields that no-cache names are left out
        GET -> 200 Cache-Control: no-cache="a, B" | a: 1 | b: 2 | c: 3 | Cache-Control: max-age=3600
        GET => hit; has c: 3; lacks a; lacks b
        # must-revalidate changes nothing while fresh
        GET -> 200 Cache-Control: max-age=10000, must-revalidate | ETag: "abcd"
        GET => hit
        # and everything when stale
        GET -> 200 Cache-Control: max-age=2, must-revalidate | ETag: "abcd"
        GET => hit
        +3
        GET -> 200 Cache-Control: max-age=2, must-revalidate | ETag: "abcd" => etag
        # immutable is not asked about by a reload while it is fresh
        GET -> 200 Cache-Control: max-age=10000, immutable | ETag: "abcd"
        +3
        GET Cache-Control: max-age=0 => hit
        # it is when stale
        GET -> 200 Cache-Control: max-age=2, immutable | ETag: "abcd"
        +3
        GET Cache-Control: max-age=0 => etag; sent Cache-Control: max-age=0
        # Set-Cookie is no reason not to store
        GET -> 200 Cache-Control: max-age=60 | Set-Cookie: a=b
        GET => hit; has Set-Cookie: a=b
        """);

    public static TheoryData<string, string> RequestDirectives => Table("""
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

    public static TheoryData<string, string> Vary => Table("""
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

    public static TheoryData<string, string> Validation => Table("""
        # asks with a strong tag
        GET -> 200 Cache-Control: max-age=2 | ETag: "abcdef"
        +3
        GET => etag; 200; sent If-None-Match: "abcdef"; body the body of /
        # with a weak one
        GET -> 200 Cache-Control: max-age=2 | ETag: W/"abcdef"
        +3
        GET => etag; 200
        # with the date
        GET -> 200 Cache-Control: max-age=2 | Last-Modified: {-3000}
        +3
        GET => lm; 200; unsent If-None-Match
        # with both
        GET -> 200 Cache-Control: max-age=2 | Last-Modified: {-3000} | ETag: "a"
        +3
        GET => etag; lm
        # not with what can't be sent
        GET -> 200 Cache-Control: max-age=2 | ETag: "é"
        +3
        GET => miss; unsent If-None-Match
        # a confirmation makes it fresh again
        GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Date: {0}
        +3
        GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Date: {0} => etag
        +1
        GET => hit; has Age: 1
        # even one that says nothing
        GET -> 200 Cache-Control: max-age=2 | Last-Modified: Wed, 01 Jan 2020 00:00:00 GMT | Date: {0} | Test: A
        +3
        GET => lm; has Test: A
        +1
        GET => hit; has Age: 1
        # a new answer takes the place of the old
        GET -> 200 Cache-Control: max-age=2 | ETag: "a" | body 1
        +3
        GET -> 200 Cache-Control: max-age=60 | ETag: "b" | body 2 => body 2; sent If-None-Match: "a"
        GET => hit; body 2
        # an answer that may not be stored drops the old one all the same
        GET -> 200 Cache-Control: max-age=2 | ETag: "a" | body 1
        +3
        GET -> 200 Cache-Control: no-store | body 2 => body 2
        GET => miss; unsent If-None-Match
        # the caller has what is stored: strong
        GET -> 200 Cache-Control: max-age=60 | ETag: "abcdef" | Date: {0} | Vary: Foo | Content-Location: /x
        GET If-None-Match: "abcdef" => hit; 304; has ETag: "abcdef"; has Vary: Foo; has Content-Location: /x; has Date: {f:0}
        # weak
        GET -> 200 Cache-Control: max-age=60 | ETag: W/"abcdef"
        GET If-None-Match: W/"abcdef" => hit; 304
        # in a list
        GET -> 200 Cache-Control: max-age=60 | ETag: "abcdef"
        GET If-None-Match: "1234", "abcdef", "5678" => hit; 304
        # he has something else
        GET -> 200 Cache-Control: max-age=60 | ETag: "abcdef"
        GET If-None-Match: "1234" => hit; 200; body the body of /
        # tags count before dates
        GET -> 200 Cache-Control: max-age=60 | ETag: "abcdef" | Last-Modified: {-5000} | Date: {0}
        GET If-None-Match: "abcdef" | If-Modified-Since: {-10000} => hit; 304
        GET If-None-Match: "x" | If-Modified-Since: {0} => hit; 200
        # by date, the same
        GET -> 200 Cache-Control: max-age=60 | Last-Modified: {-3000} | Date: {0}
        GET If-Modified-Since: {f:-3000} => hit; 304
        # by date, later
        GET -> 200 Cache-Control: max-age=60 | Last-Modified: {-3000} | Date: {0}
        GET If-Modified-Since: {f:-2000} => hit; 304
        # by date, earlier
        GET -> 200 Cache-Control: max-age=60 | Last-Modified: {-3000} | Date: {0}
        GET If-Modified-Since: {f:-4000} => hit; 200
        # by the old form of the date
        GET -> 200 Cache-Control: max-age=60 | Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT | Date: {0}
        GET If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT => hit; 304
        # by what is no date
        GET -> 200 Cache-Control: max-age=60 | Last-Modified: {-3000} | Date: {0}
        GET If-Modified-Since: yesterday => hit; 200
        # without Last-Modified, by Date
        GET -> 200 Cache-Control: max-age=60 | Date: {0}
        GET If-Modified-Since: {f:0} => hit; 304
        GET If-Modified-Since: {f:-1} => hit; 200
        # his condition on what is stale: ours goes in its place, his is judged by what comes back
        GET -> 200 Cache-Control: max-age=2 | ETag: "a"
        +3
        GET If-None-Match: "b" => etag; sent If-None-Match: "a"; 200; body the body of /
        # he has it, and it is confirmed
        GET -> 200 Cache-Control: max-age=2 | Last-Modified: Wed, 01 Jan 2020 00:00:00 GMT
        +3
        GET If-Modified-Since: Wed, 01 Jan 2020 00:00:00 GMT => lm; 304
        # his condition goes on as it is when nothing is stored
        GET If-None-Match: "abc" -> 304 ETag: "abc" => miss; sent If-None-Match: "abc"; 304
        GET => miss; unsent If-None-Match
        # If-Match is for the origin
        GET -> 200 Cache-Control: max-age=60 | ETag: "a"
        GET If-Match: "a" => miss; sent If-Match: "a"
        # a 304 about something else: asked again without condition
        GET -> 200 Cache-Control: max-age=2 | ETag: "a" | body 1
        GET => hit
        """);

    public static TheoryData<string, string> Updates
    {
        get
        {
            TheoryData<string, string> table = Table("""
                # the body that is stored keeps its length
                GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Content-Length: 5 | body 12345
                +3
                GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Content-Length: 0 => etag; has Content-Length: 5; body 12345
                GET => hit; has Content-Length: 5; body 12345
                # and its coding
                GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Content-Encoding: x
                +3
                GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Content-Encoding: y => etag; has Content-Encoding: x
                # all lines of a field are replaced
                GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Foo: 1 | Foo: 2
                +3
                GET -> 200 Cache-Control: max-age=2 | ETag: "a" | Foo: 3 => etag; has Foo: 3
                # a longer lifetime
                GET -> 200 Cache-Control: max-age=1 | ETag: "a"
                +3
                GET -> 200 Cache-Control: max-age=3600 | ETag: "a" => etag; has Cache-Control: max-age=3600
                +60
                GET => hit; has Cache-Control: max-age=3600
                # a confirmation that forbids storing
                GET -> 200 Cache-Control: max-age=1 | ETag: "a"
                +3
                GET -> 200 Cache-Control: no-store | ETag: "a" => etag; 200
                GET => miss; unsent If-None-Match
                # HEAD brings news of the stored GET
                GET -> 200 Cache-Control: max-age=2 | Foo: 1 | Bar: 1
                +3
                HEAD -> 200 Cache-Control: max-age=1000 | Foo: 2 => miss; has Foo: 2
                GET => hit; has Foo: 2; has Bar: 1; body the body of /
                # or that it is no longer good
                GET -> 200 Cache-Control: max-age=2 | ETag: "a"
                +3
                HEAD -> 200 Cache-Control: max-age=1000 | ETag: "b" => sent If-None-Match: "a"
                GET => miss; unsent If-None-Match
                """);
            foreach (string header in (string[])
                ["Test-Header", "X-Test-Header", "Content-Foo", "X-Content-Foo", "Content-Type", "Content-Location", "Content-Security-Policy", "Set-Cookie", "X-Frame-Options"])
            {
                table.Add($"takes {header} from a 304", $"""
                    GET -> 200 Date: {"{0}"} | {header}: one | Cache-Control: max-age=2 | ETag: "a"
                    +3
                    GET -> 200 Date: {"{0}"} | {header}: two | Cache-Control: max-age=2 | ETag: "a" => etag; has {header}: two
                    GET => hit; has {header}: two
                    """);
            }

            return table;
        }
    }

    public static TheoryData<string, string> StoredFields
    {
        get
        {
            TheoryData<string, string> table = Table("""
                # fields that Connection names
                GET -> 200 Cache-Control: max-age=60 | Connection: a, B | a: 1 | b: 2 | c: 3
                GET => hit; has c: 3; lacks a; lacks b; lacks Connection
                # raw values, as they came
                GET -> 200 Cache-Control: MAX-AGE=10000 ,no-transform | Content-Type: text/plain;charset=utf-8 | Expires: soon
                GET => hit; has Cache-Control: MAX-AGE=10000 ,no-transform; has Content-Type: text/plain;charset=utf-8; has Expires: soon
                # what another cache said stands before what we say
                GET -> 200 Cache-Control: max-age=60 | Cache-Status: CDN;hit => has Cache-Status: CDN;hit, Handlers;fwd=uri-miss;stored
                GET => hit; has Cache-Status: CDN;hit, Handlers;hit;ttl=60
                # a Date where there was none
                GET -> 200 Cache-Control: max-age=60 => lacks Date
                +3
                GET => hit; has Date: {f:0}
                """);
            foreach (string header in (string[])
                ["Test-Header", "Content-Encoding", "Content-Location", "Content-MD5", "Content-Range", "Content-Security-Policy", "Content-Type", "Clear-Site-Data",
                    "ETag", "Public-Key-Pins", "Set-Cookie", "Set-Cookie2", "X-Frame-Options", "X-XSS-Protection"])
            {
                table.Add($"stores {header}", $"GET -> 200 Cache-Control: max-age=3600 | {header}: the value\n+3\nGET => hit; has {header}: the value");
            }

            foreach (string header in (string[])
                ["Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade"])
            {
                table.Add($"does not store {header}", $"GET -> 200 Cache-Control: max-age=3600 | {header}: value => has {header}: value\n+3\nGET => hit; lacks {header}");
            }

            return table;
        }
    }

    public static TheoryData<string, string> Invalidation
    {
        get
        {
            var table = new TheoryData<string, string>();
            foreach (string method in (string[])["POST", "PUT", "DELETE", "PATCH", "M-SEARCH"])
            {
                table.Add($"{method} makes what is stored worthless", $"GET -> 200 Cache-Control: max-age=60\n{method} => miss; has Cache-Status: Handlers;fwd=method\nGET => miss");
                table.Add($"a {method} that is refused does not", $"GET -> 200 Cache-Control: max-age=60\n{method} -> 422\nGET => hit");
                table.Add($"a {method} that fails does not", $"GET -> 200 Cache-Control: max-age=60\n{method} -> 500\nGET => hit");
                table.Add($"a {method} without an answer does, since it may have happened", $"GET -> 200 Cache-Control: max-age=60\n{method} -> close => fails\nGET => miss");
                table.Add($"{method} reaches Location and Content-Location", $"""
                    GET /l -> 200 Cache-Control: max-age=60
                    GET /c -> 200 Cache-Control: max-age=60
                    GET /o -> 200 Cache-Control: max-age=60
                    {method} /x -> 201 Location: /l | Content-Location: http://origin.example/c
                    GET /l => miss
                    GET /c => miss
                    GET /o => hit
                    """);
            }

            table.Add("a MOVE reaches where it leads to", """
                GET /d -> 200 Cache-Control: max-age=60
                MOVE /s Destination: http://origin.example/d -> 201
                GET /d => miss
                """);
            table.Add("not at another origin", """
                GET /l -> 200 Cache-Control: max-age=60
                POST /x -> 200 Location: http://other.example/l | Content-Location: https://origin.example/l
                GET /l => hit
                """);
            table.Add("a method that only reads changes nothing", "GET -> 200 Cache-Control: max-age=60\nOPTIONS => miss\nPROPFIND => miss\nGET => hit");
            return table;
        }
    }

    public static TheoryData<string, string> Stale => Table("""
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

    public static TheoryData<string, string> Ranges => Table("""
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

    public static TheoryData<string, string> Heads => Table("""
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

    public static TheoryData<string, string> Accounts => Table("""
        # two users
        GET Authorization: Bearer a -> 200 Cache-Control: max-age=60, private | body of a
        GET Authorization: Bearer b -> 200 Cache-Control: max-age=60, private | body of b => miss; body of b
        GET Authorization: Bearer a => hit; body of a
        GET Authorization: Bearer b => hit; body of b
        GET => miss
        # by cookie
        GET Cookie: user=a -> 200 Cache-Control: max-age=60 | body of a
        GET Cookie: user=b => miss
        GET Cookie: user=a => hit; body of a
        # by key
        GET X-Goog-Api-Key: a -> 200 Cache-Control: max-age=60
        GET x-goog-api-key: b => miss
        # even where it is called public
        GET Authorization: Bearer a -> 200 Cache-Control: max-age=60, public
        GET => miss
        # by the fields of tenants and users, whatever Vary says
        GET X-Tenant: a -> 200 Cache-Control: max-age=60 | Vary: Accept-Encoding | body of a
        GET X-Tenant: b => miss
        GET => miss
        GET X-Tenant: a => hit; body of a
        # two such fields, in any order
        GET X-User: 1 | X-Team: 2 -> 200 Cache-Control: max-age=60
        GET X-Team: 2 | X-User: 1 => hit
        GET X-Team: 1 | X-User: 2 => miss
        # not by what nobody knows
        GET Req-Num: 1 | Test-ID: a -> 200 Cache-Control: max-age=60
        GET Req-Num: 2 | Test-ID: b => hit
        # another host at the same address
        GET Host: a.example -> 200 Cache-Control: max-age=60
        GET Host: b.example => miss
        # not by what follows a request on its way
        GET traceparent: 1 | X-Request-Id: 1 | Accept-Language: de -> 200 Cache-Control: max-age=60
        GET traceparent: 2 | X-Request-Id: 2 | Accept-Language: en => hit
        # a user's write reaches his own answers
        GET Authorization: Bearer a -> 200 Cache-Control: max-age=60
        POST Authorization: Bearer a
        GET Authorization: Bearer a => miss
        # whatever goes with writes alone
        GET Cookie: a=1 -> 200 Cache-Control: max-age=60
        POST Cookie: a=1 | X-CSRF-Token: t | X-Requested-By-User: u
        GET Cookie: a=1 => miss
        """);

    [Theory]
    [MemberData(nameof(Freshness))]
    [MemberData(nameof(Heuristics))]
    [MemberData(nameof(Statuses))]
    [MemberData(nameof(ResponseDirectives))]
    [MemberData(nameof(RequestDirectives))]
    [MemberData(nameof(Vary))]
    [MemberData(nameof(Validation))]
    [MemberData(nameof(Updates))]
    [MemberData(nameof(StoredFields))]
    [MemberData(nameof(Invalidation))]
    [MemberData(nameof(Stale))]
    [MemberData(nameof(Ranges))]
    [MemberData(nameof(Heads))]
    [MemberData(nameof(Accounts))]
    public async Task Goes_as_the_specification_says(string name, string script)
    {
        name.ShouldNotBeEmpty();

        await CacheScript.PlayAsync(script);
    }

    private static TheoryData<string, string> Table(string text)
    {
        var table = new TheoryData<string, string>();
        foreach (string section in ("\n" + text).Split("\n# ", StringSplitOptions.RemoveEmptyEntries))
        {
            int end = section.IndexOf('\n', StringComparison.Ordinal);
            table.Add(section[..end], section[(end + 1)..]);
        }

        return table;
    }
}
