namespace Handlers.Tests.ResponseCaching.Rfc9111;

/// <summary>RFC 9111: how long an answer may be used (4.2). The notation is told at <see cref="CacheScript"/>.</summary>
public class LifetimeTests
{
    public static TheoryData<string, string> Freshness => CacheScript.Table("""
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
            TheoryData<string, string> table = CacheScript.Table("""
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

    [Theory]
    [MemberData(nameof(Freshness))]
    [MemberData(nameof(Heuristics))]
    public async Task Goes_as_the_specification_says(string name, string script)
    {
        name.ShouldNotBeEmpty();

        await CacheScript.PlayAsync(script);
    }
}
