using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Handlers.ResponseCaching;
using Handlers.Testing;

namespace Handlers.Tests.ResponseCaching;

/// <summary>
/// Plays a conversation through the handler, written one exchange a line: what the caller asks, what the server would answer, what must come of it. For example
/// <code>
/// GET Foo: 1 -> 200 Cache-Control: max-age=5000 | Vary: Foo
/// +3
/// GET Foo: 1 => hit
/// </code>
/// Fields are separated by " | "; "{-60}" is the date a minute ago by the server's clock when the exchange takes place, "{f:-60}" by the clock when the script began.
/// Expectations: hit, miss, etag, lm (validated by that), a status, fails; "age>2", "body x", "has Name: value", "lacks Name", "sent Name: value", "unsent Name".
/// Where the server is asked with the validator that it would answer with, and the expectation says so, it answers 304.
/// </summary>
internal sealed partial class CacheScript : HttpMessageHandler
{
    private readonly VirtualTime _time = new();
    private readonly DateTimeOffset _start;
    private readonly HttpMessageInvoker _invoker;
    private readonly bool _streamed;
    private Line _line = null!;
    private Dictionary<string, string>? _arrived;
    private string? _lastETag;
    private string? _lastModified;

    private CacheScript(IResponseStore? store, bool streamed)
    {
        _start = _time.GetUtcNow();
        _streamed = streamed;
        var options = new ResponseCachingOptions { Heuristics = true, StaleOnDisconnect = true };
        _invoker = new HttpMessageInvoker(new ResponseCachingHandler(options, store, _time) { InnerHandler = this });
    }

    /// <summary>Plays the script with every kind of store and body.</summary>
    public static async Task PlayAsync(string script)
    {
        await PlayAsync(script, null, streamed: true);
        await PlayAsync(script, null, streamed: false);
        await PlayAsync(script, new DistributedResponseStore(new DictionaryCache { Before = static _ => Task.CompletedTask }), streamed: true);
    }

    /// <summary>The scripts of a text, each below a line "# name".</summary>
    public static TheoryData<string, string> Table(string text)
    {
        var table = new TheoryData<string, string>();
        foreach (string section in ("\n" + text).Split("\n# ", StringSplitOptions.RemoveEmptyEntries))
        {
            int end = section.IndexOf('\n', StringComparison.Ordinal);
            table.Add(section[..end], section[(end + 1)..]);
        }

        return table;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _arrived.ShouldBeNull($"{_line.Text}: a second request");
        _arrived = request.Headers.NonValidated.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        if (_line.Disconnects)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was closed.");
        }

        HttpResponseMessage response = Answer();
        response.RequestMessage = request;
        return Task.FromResult(response);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _invoker.Dispose();
        }

        base.Dispose(disposing);
    }

    private static async Task PlayAsync(string script, IResponseStore? store, bool streamed)
    {
        using var player = new CacheScript(store, streamed);
        await player._time.RunAsync(() => player.PlayLinesAsync(script));
    }

    private async Task PlayLinesAsync(string script)
    {
        foreach (string line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] == '+')
            {
                await Task.Delay(TimeSpan.FromSeconds(double.Parse(line, CultureInfo.InvariantCulture)), _time);
            }
            else
            {
                await ExchangeAsync(Parse(line));
            }
        }
    }

    private async Task ExchangeAsync(Line line)
    {
        (_line, _arrived) = (line, null);
        using var request = new HttpRequestMessage(new HttpMethod(line.Method), $"http://origin.example{line.Path}");
        if (line.Method is not ("GET" or "HEAD"))
        {
            request.Content = new StringContent("abc");
        }

        Add(line.Request, request.Headers.TryAddWithoutValidation);
        string[] before = [.. request.Headers.NonValidated.Select(field => $"{field.Key}: {field.Value}")];
        HttpResponseMessage? response = null;
        try
        {
            response = await _invoker.SendAsync(request, CancellationToken.None);
        }
        catch (HttpRequestException) when (line.Expectations.Contains("fails"))
        {
        }

        // As bytes: reading text looks at the Content-Type the typed way, which rewrites it.
        string? body = response is null ? null : Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        foreach (string expectation in line.Expectations)
        {
            Check(line, expectation, response, body);
        }

        request.Headers.NonValidated.Select(field => $"{field.Key}: {field.Value}").ShouldBe(before, $"{line.Text}: the caller's request was changed");
        response?.Headers.NonValidated.Contains("Cache-Status").ShouldBeTrue($"{line.Text}: no Cache-Status");
        response?.Dispose();
    }

    private HttpResponseMessage Answer()
    {
        bool validated = (_line.Expectations.Contains("etag") && Sent("If-None-Match") == _lastETag && _lastETag is not null)
            || (_line.Expectations.Contains("lm") && Sent("If-Modified-Since") == _lastModified && _lastModified is not null);
        var response = new HttpResponseMessage(validated ? HttpStatusCode.NotModified : (HttpStatusCode)_line.Status);
        byte[] bytes = validated || _line.Status is 204 || _line.Method == "HEAD" ? [] : Encoding.UTF8.GetBytes(_line.Body);
        response.Content = _streamed ? new StreamContent(new MemoryStream(bytes), 3) : new ByteArrayContent(bytes);
        Add(_line.Response, (name, value) =>
            response.Headers.TryAddWithoutValidation(name, value) || response.Content.Headers.TryAddWithoutValidation(name, value));
        _lastETag = Field(_line.Response, "ETag") ?? _lastETag;
        _lastModified = Field(_line.Response, "Last-Modified") ?? _lastModified;
        return response;
    }

    private void Check(Line line, string expectation, HttpResponseMessage? response, string? body)
    {
        string context = $"{line.Text}: {expectation}";
        switch (expectation)
        {
            case "fails":
                response.ShouldBeNull(context);
                return;
            case "hit":
                _arrived.ShouldBeNull(context);
                return;
            case "miss":
                _arrived.ShouldNotBeNull(context);
                return;
            case "etag":
            case "lm":
                _arrived.ShouldNotBeNull(context);
                Sent(expectation == "etag" ? "If-None-Match" : "If-Modified-Since").ShouldBe(expectation == "etag" ? _lastETag : _lastModified, context);
                return;
        }

        response.ShouldNotBeNull(context);
        (string verb, string rest) = Split(expectation, ' ');
        switch (verb)
        {
            case "body":
                body.ShouldBe(rest, context);
                break;
            case "has":
                (string name, string value) = Split(rest, ':');
                Received(response, name).ShouldBe(value, context);
                break;
            case "lacks":
                Received(response, rest).ShouldBeNull(context);
                break;
            case "sent":
                (name, value) = Split(rest, ':');
                Sent(name).ShouldBe(value, context);
                break;
            case "unsent":
                Sent(rest).ShouldBeNull(context);
                break;
            case ['a', 'g', 'e', '>', ..]:
                int.Parse(Received(response, "Age").ShouldNotBeNull(context), CultureInfo.InvariantCulture)
                    .ShouldBeGreaterThan(int.Parse(verb[4..], CultureInfo.InvariantCulture), context);
                break;
            default:
                ((int)response.StatusCode).ShouldBe(int.Parse(verb, CultureInfo.InvariantCulture), context);
                break;
        }
    }

    private Line Parse(string text)
    {
        string dated = Moment.Replace(text, match =>
            ((match.Groups["first"].Success ? _start : _time.GetUtcNow()) + TimeSpan.FromSeconds(int.Parse(match.Groups["s"].Value, CultureInfo.InvariantCulture))).ToString("R"));
        (string exchange, string expectations) = Split(dated, "=>");
        (string asked, string answered) = Split(exchange, "->");
        (string method, string request) = Split(asked, ' ');
        string path = "/";
        if (request.StartsWith('/'))
        {
            (path, request) = Split(request, ' ');
        }

        (string status, string response) = Split(answered, ' ');
        string[] fields = response.Split(" | ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new Line(
            text, method, path, request.Split(" | ", StringSplitOptions.RemoveEmptyEntries),
            status == "close", status is "" or "close" ? 200 : int.Parse(status, CultureInfo.InvariantCulture),
            [.. fields.Where(field => !field.StartsWith("body ", StringComparison.Ordinal))],
            Array.Find(fields, field => field.StartsWith("body ", StringComparison.Ordinal))?[5..] ?? $"the body of {path}",
            expectations.Split("; ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private string? Sent(string name) => _arrived?.GetValueOrDefault(name);

    private static string? Received(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var lines) || response.Content.Headers.NonValidated.TryGetValues(name, out lines)
            ? lines.ToString() : null;

    private static string? Field(string[] fields, string name) =>
        Array.Find(fields, field => field.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();

    private static void Add(string[] fields, Func<string, string, bool> add)
    {
        foreach (string field in fields)
        {
            (string name, string value) = Split(field, ':', trim: false);
            add(name.Trim(), value.StartsWith(' ') ? value[1..] : value);
        }
    }

    private static (string, string) Split(string text, char at, bool trim = true) => Split(text, at.ToString(), trim);

    private static (string, string) Split(string text, string at, bool trim = true)
    {
        int index = text.IndexOf(at, StringComparison.Ordinal);
        (string left, string right) = index < 0 ? (text, "") : (text[..index], text[(index + at.Length)..]);
        return trim ? (left.Trim(), right.Trim()) : (left, right);
    }

    [GeneratedRegex("\\{(?<first>f:)?(?<s>[-+]?\\d+)\\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Moment { get; }

    private sealed record Line(
        string Text, string Method, string Path, string[] Request, bool Disconnects, int Status, string[] Response, string Body, string[] Expectations);
}
