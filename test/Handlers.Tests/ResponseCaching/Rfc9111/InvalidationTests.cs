namespace Handlers.Tests.ResponseCaching.Rfc9111;

/// <summary>RFC 9111: what a write makes worthless (4.4), and for whom. The notation is told at <see cref="CacheScript"/>.</summary>
public class InvalidationTests
{
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

    public static TheoryData<string, string> Accounts => CacheScript.Table("""
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
    [MemberData(nameof(Invalidation))]
    [MemberData(nameof(Accounts))]
    public async Task Goes_as_the_specification_says(string name, string script)
    {
        name.ShouldNotBeEmpty();

        await CacheScript.PlayAsync(script);
    }
}
