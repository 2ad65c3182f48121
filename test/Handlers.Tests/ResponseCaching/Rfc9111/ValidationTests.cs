using Handlers.Testing;

namespace Handlers.Tests.ResponseCaching.Rfc9111;

/// <summary>RFC 9111: asking whether a stored answer still holds (4.3), and what its confirmation changes (3.2). The notation is told at <see cref="CacheScript"/>.</summary>
public class ValidationTests
{
    public static TheoryData<string, string> Validation => CacheScript.Table("""
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
            TheoryData<string, string> table = CacheScript.Table("""
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
                # or leaves it open
                GET -> 200 Cache-Control: max-age=2 | ETag: "a"
                +3
                HEAD -> 200 Cache-Control: max-age=1000 => sent If-None-Match: "a"
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

    [Theory]
    [MemberData(nameof(Validation))]
    [MemberData(nameof(Updates))]
    public async Task Goes_as_the_specification_says(string name, string script)
    {
        name.ShouldNotBeEmpty();

        await CacheScript.PlayAsync(script);
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(404, false)]
    [InlineData(200, true)]
    public async Task What_the_server_has_replaced_is_not_used_again_though_the_new_body_was_not_stored(int status, bool tooLarge)
    {
        using var bench = new CacheBench(new ResponseCachingOptions { MaxEntryBytes = 8 });
        bench.Wire.Answers(CacheBench.Fresh("old").Header("ETag", "\"1\""));
        bench.Wire.Answers(ScriptedAnswer.Status(status).Body(new ScriptedBody().Text(tooLarge ? "longer than" : "new").Text(" that"))
            .Header("Cache-Control", "max-age=60").Header("ETag", "\"2\""));
        bench.Wire.Answers(CacheBench.Fresh("newest"));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            using (HttpResponseMessage response = await bench.SendAsync(CacheBench.Get(fields: ("Cache-Control", "no-cache"))))
            {
                ((int)response.StatusCode).ShouldBe(status);
                if (tooLarge)
                {
                    await response.Content.ReadAsByteArrayAsync();
                }
            }

            (await bench.ReadAsync()).ShouldBe("newest");
        });
    }

    [Fact]
    public async Task What_a_server_error_hides_stays_though_its_body_was_not_read()
    {
        using var bench = new CacheBench(new ResponseCachingOptions { StaleIfError = TimeSpan.Zero });
        bench.Wire.Answers(CacheBench.Fresh("old").Header("ETag", "\"1\""));
        bench.Wire.Answers(ScriptedAnswer.Status(500).Body(new ScriptedBody().Text("broken")).Header("Cache-Control", "max-age=60"));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            using (HttpResponseMessage response = await bench.SendAsync(CacheBench.Get(fields: ("Cache-Control", "no-cache"))))
            {
                ((int)response.StatusCode).ShouldBe(500);
            }

            (await bench.ReadAsync()).ShouldBe("old");
        });
    }
}
