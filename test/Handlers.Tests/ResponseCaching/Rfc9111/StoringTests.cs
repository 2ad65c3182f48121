namespace Handlers.Tests.ResponseCaching.Rfc9111;

/// <summary>RFC 9111: what may be stored (3), and which of its fields (3.1). The notation is told at <see cref="CacheScript"/>.</summary>
public class StoringTests
{
    public static TheoryData<string, string> Statuses
    {
        get
        {
            TheoryData<string, string> table = CacheScript.Table("""
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

    public static TheoryData<string, string> ResponseDirectives => CacheScript.Table("""
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

    public static TheoryData<string, string> StoredFields
    {
        get
        {
            TheoryData<string, string> table = CacheScript.Table("""
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

    [Theory]
    [MemberData(nameof(Statuses))]
    [MemberData(nameof(ResponseDirectives))]
    [MemberData(nameof(StoredFields))]
    public async Task Goes_as_the_specification_says(string name, string script)
    {
        name.ShouldNotBeEmpty();

        await CacheScript.PlayAsync(script);
    }
}
