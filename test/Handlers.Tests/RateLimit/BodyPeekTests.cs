using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Handlers.Tests.RateLimit;

/// <summary>
/// Bodies are read only when somebody must, only when they are JSON, at most 64 KiB; and the caller gets the same bytes and headers, whatever was read.
/// </summary>
public sealed class BodyPeekTests
{
    private const int Bound = 64 * 1024;

    private static readonly string[] Clients = ["generic", "github", "openai", "gemini", "instantly", "attio", "linear", "anthropic", "stripe"];
    private static readonly int[] Statuses = [200, 201, 202, 304, 400, 402, 403, 404, 409, 422, 429, 499, 500, 503, 529];
    private static readonly string?[] Types =
        ["application/json", "application/json; charset=utf-8", "application/problem+json", "APPLICATION/JSON", "text/plain; charset=utf-8", "text/html", "text/event-stream", "application/x-ndjson", "x", null];

    [Fact]
    public void The_caller_gets_every_byte_and_no_more_than_64_KiB_were_read_before()
    {
        Gen<(string Client, int Status, string? Type, int Length, int Piece, bool Sync)> cases =
            from client in Gen.Elements(Clients)
            from status in Gen.Elements(Statuses)
            from type in Gen.Elements(Types)
            from length in Gen.OneOf(Gen.Choose(0, 5000), Gen.Choose(Bound - 3, Bound + 3), Gen.Choose(0, 200_000))
            from piece in Gen.Elements(1000, 4096, 70_000, 300_000)
            from sync in Gen.Elements(true, false)
            select (client, status, type, length, piece, sync);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            byte[] body = Body(one.Length);
            using CountedContent content = new(body, one.Piece);
            content.Headers.TryAddWithoutValidation("X-Odd", ["a", "b"]);
            content.Headers.TryAddWithoutValidation("Content-Language", "de");
            if (one.Type is not null)
            {
                content.Headers.TryAddWithoutValidation("Content-Type", one.Type);
            }

            string headers = Text(content.Headers);
            using HttpMessageInvoker http = Chain(one.Client, (HttpStatusCode)one.Status, content);

            using HttpResponseMessage response = Send(http, one.Sync);

            bool mayBeJson = one.Type is null || one.Type.StartsWith("text/plain", StringComparison.Ordinal)
                || (one.Type.Contains("json", StringComparison.OrdinalIgnoreCase) && !one.Type.Contains("ndjson", StringComparison.Ordinal));
            content.BytesRead.ShouldBeLessThanOrEqualTo(mayBeJson ? Bound : 0);
            Text(response.Content.Headers).ShouldBe(headers);
            byte[] received = one.Sync ? Copy(response.Content) : Await(response.Content.ReadAsByteArrayAsync());
            received.AsSpan().SequenceEqual(body).ShouldBeTrue();
        }));
    }

    [Theory]
    [InlineData("github", "https://api.github.com/repos/o/r", "GET", 200)]
    [InlineData("github", "https://api.github.com/repos/o/r/issues", "POST", 201)]
    [InlineData("openai", "https://api.openai.com/v1/responses", "POST", 200)]
    [InlineData("gemini", "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent", "POST", 200)]
    [InlineData("instantly", "https://api.instantly.ai/api/v2/leads", "POST", 200)]
    [InlineData("attio", "https://api.attio.com/v2/objects/people/records/query", "POST", 200)]
    [InlineData("anthropic", "https://api.anthropic.com/v1/messages", "POST", 200)]
    [InlineData("stripe", "https://api.stripe.com/v1/charges", "POST", 200)]
    [InlineData("generic", "https://api.example.com/graphql", "POST", 200)]
    public async Task A_success_is_not_read(string client, string url, string method, int status)
    {
        using CountedContent content = new(Body(5000), 5000);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using HttpMessageInvoker http = Chain(client, (HttpStatusCode)status, content);
        using HttpRequestMessage request = new(new HttpMethod(method), url);

        using HttpResponseMessage response = await http.SendAsync(request, default);

        content.Reads.ShouldBe(0);
    }

    [Theory]
    [InlineData("github", "https://api.github.com/graphql")]
    [InlineData("linear", "https://api.linear.app/graphql")]
    public async Task A_successful_GraphQL_answer_is_the_exception_and_comes_out_whole(string client, string url)
    {
        byte[] body = Body(150_000);
        using CountedContent content = new(body, 7000);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using HttpMessageInvoker http = Chain(client, HttpStatusCode.OK, content);
        using HttpRequestMessage request = new(HttpMethod.Post, url);

        using HttpResponseMessage response = await http.SendAsync(request, default);

        content.BytesRead.ShouldBe(Bound);
        (await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(body).ShouldBeTrue();
    }

    [Theory]
    [InlineData("openai", 429, """{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}""", VerdictKind.QuotaExhausted)]
    [InlineData("gemini", 429, """{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"PerDay"}]}]}}""", VerdictKind.QuotaExhausted)]
    [InlineData("github", 403, """{"message":"You have exceeded a secondary rate limit."}""", VerdictKind.RateLimited)]
    [InlineData("linear", 400, """{"errors":[{"extensions":{"code":"RATELIMITED"}}]}""", VerdictKind.RateLimited)]
    public async Task JSON_that_is_said_to_be_text_is_read_all_the_same(string client, int status, string body, VerdictKind verdict)
    {
        foreach (string? type in new[] { "text/plain; charset=utf-8", null })
        {
            using StringContent content = new("\n" + body);
            content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            using HttpMessageInvoker http = Chain(client, (HttpStatusCode)status, content);
            using HttpRequestMessage request = new(HttpMethod.Post, "https://api.example.com/graphql");

            using HttpResponseMessage response = await http.SendAsync(request, default);

            response.GetCallReport()!.Verdict.ShouldBe(verdict, type);
            (await response.Content.ReadAsStringAsync()).ShouldBe("\n" + body);
        }
    }

    [Fact]
    public async Task Text_is_left_alone_after_its_first_piece()
    {
        byte[] body = Encoding.UTF8.GetBytes(new string('x', 50_000));
        using CountedContent content = new(body, 1000);
        content.Headers.TryAddWithoutValidation("Content-Type", "text/plain");
        using HttpMessageInvoker http = Chain("openai", HttpStatusCode.TooManyRequests, content);
        using HttpRequestMessage request = new(HttpMethod.Post, "https://api.openai.com/v1/responses");

        using HttpResponseMessage response = await http.SendAsync(request, default);

        content.Reads.ShouldBe(1);
        (await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(body).ShouldBeTrue();
    }

    [Fact]
    public void A_captured_refusal_comes_out_as_it_went_in()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Providers", "samples"), "*.json", SearchOption.AllDirectories))
        {
            using System.Text.Json.JsonDocument sample = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file));
            byte[] body = Encoding.UTF8.GetBytes(sample.RootElement.GetProperty("body").GetRawText());
            using CountedContent content = new(body, 100);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            using HttpMessageInvoker http = Chain(
                Path.GetFileName(Path.GetDirectoryName(file))!, (HttpStatusCode)sample.RootElement.GetProperty("status").GetInt32(), content);
            using HttpRequestMessage request = new(
                new HttpMethod(sample.RootElement.GetProperty("request").GetProperty("method").GetString()!),
                sample.RootElement.GetProperty("request").GetProperty("url").GetString());

            using HttpResponseMessage response = http.Send(request, default);

            Copy(response.Content).AsSpan().SequenceEqual(body).ShouldBeTrue(file);
        }
    }

    private static HttpMessageInvoker Chain(string provider, HttpStatusCode status, HttpContent content) => new(ResilienceHandlers.Create(
        new Answering(status, content),
        new ResilienceHandlersOptions { Provider = provider, Retry = { Enabled = false }, Pacing = { Enabled = false } }));

    private static byte[] Body(int length)
    {
        byte[] body = new byte[length];
        Encoding.UTF8.GetBytes("{\"message\":\"" + new string('x', 40)).AsSpan(0, Math.Min(length, 52)).CopyTo(body);
        for (int i = 52; i < length; i++)
        {
            body[i] = (byte)('a' + (i % 26));
        }

        return body;
    }

    private static HttpResponseMessage Send(HttpMessageInvoker http, bool synchronous)
    {
        HttpRequestMessage request = new(HttpMethod.Get, "https://api.example.com/things");
        return synchronous ? http.Send(request, default) : Await(http.SendAsync(request, default));
    }

    private static T Await<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static byte[] Copy(HttpContent content)
    {
        using MemoryStream copy = new();
        content.CopyTo(copy, context: null, default);
        return copy.ToArray();
    }

    private static string Text(HttpContentHeaders headers) =>
        string.Join('\n', headers.NonValidated.Where(header => header.Key != "Content-Length").Select(header => $"{header.Key}: {string.Join('|', header.Value)}"));

    private sealed class Answering(HttpStatusCode status, HttpContent content) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new(status) { Content = content, RequestMessage = request };
    }
}
