using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// Attio's REST API as far as limits go: reads and writes by the clock second, Retry-After as a date, upserts that may be repeated.
/// Quotas are named <c language="text">read</c>, <c language="text">write</c> and <c language="text">score</c>.
/// </summary>
public sealed class AttioTwin : ProviderTwin
{
    private readonly AttioTwinOptions _options;
    private readonly FixedWindow _reads;
    private readonly FixedWindow _writes;
    private readonly SlidingWindow? _score;
    private readonly Dictionary<string, int> _records = new(StringComparer.Ordinal);
    private int _created;

    /// <summary>Makes a twin with Attio's documented limits, or the given ones.</summary>
    public AttioTwin(AttioTwinOptions? options = null, TimeProvider? timeProvider = null)
        : base(options ??= new AttioTwinOptions(), timeProvider)
    {
        _options = options;
        _reads = new FixedWindow(options.ReadsPerSecond, options.Second, TimeSpan.Zero);
        _writes = new FixedWindow(options.WritesPerSecond, options.Second, TimeSpan.Zero);
        _score = options.ScoreLimit is { } limit ? new SlidingWindow(limit, options.ScoreWindow) : null;
    }

    /// <inheritdoc/>
    public override Uri BaseAddress { get; } = new("https://api.attio.com/v2/");

    private protected override IEnumerable<string> QuotasOf(TwinRequest request) =>
        IsQuery(request) ? ["read", "score"] : [request.IsRead ? "read" : "write"];

    private protected override TwinReply? Refuse(TwinRequest request)
    {
        long now = NowTicks;
        bool reads = request.IsRead || IsQuery(request);
        FixedWindow window = reads ? _reads : _writes;
        double score = IsQuery(request) ? _options.ScoreOf?.Invoke(request) ?? 1 : 0;
        if (!window.Fits(now, 1))
        {
            return Refusal(reads ? "read" : "write", window.WholeAt(now));
        }

        if (_score is not null && !_score.Fits(now, score))
        {
            return Refusal("score", Math.Min(_score.FitsAt(now, score), now + _options.ScoreWindow.Ticks));
        }

        window.Take(now, 1);
        _score?.Take(now, score);
        return null;
    }

    private protected override TwinReply Execute(TwinRequest request)
    {
        if (IsQuery(request))
        {
            return TwinReply.Json(200, """{"data":[]}""");
        }

        if (request.Method == "DELETE")
        {
            return TwinReply.Json(200, "{}");
        }

        return TwinReply.Json(200, new JsonObject { ["data"] = new JsonObject { ["id"] = new JsonObject { ["record_id"] = IdOf(request) }, ["web_url"] = request.Path } }.ToJsonString());
    }

    private protected override IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request)
    {
        yield return (request.IsRead || IsQuery(request) ? _reads : _writes, 1);
        if (_score is not null && IsQuery(request))
        {
            yield return (_score, _options.ScoreOf?.Invoke(request) ?? 1);
        }
    }

    private protected override ProviderTwin Anew() => new AttioTwin(_options, Time);

    // PUT is an upsert and PATCH sets; only POST makes something new each time.
    private protected override string? EffectOf(TwinRequest request) => request.Method == "POST" && !IsQuery(request) ? WriteKey(request) : null;

    private protected override string ErrorBody(int status) =>
        status == 429 ? Limited() : """{"status_code":503,"type":"api_error","code":"service_unavailable","message":"Service unavailable"}""";

    private static TwinReply Refusal(string quota, long until)
    {
        long second = InSeconds(until) * TimeSpan.TicksPerSecond;
        return new TwinReply { Status = 429, RefusedBy = quota, Named = second, Body = new ScriptedBody().Text(Limited()) }
            .With("Retry-After", new DateTime(second, DateTimeKind.Utc).ToString("R", CultureInfo.InvariantCulture));
    }

    private static string Limited() =>
        """{"status_code":429,"type":"rate_limit_error","code":"rate_limit_exceeded","message":"Rate limit exceeded, please try again later"}""";

    // The same value of the matching attribute is the same record.
    private string IdOf(TwinRequest request)
    {
        int number = request.Method == "POST" ? ++_created : 0;
        if (request.Method == "PUT" && !_records.TryGetValue(MatchOf(request), out number))
        {
            number = ++_created;
            _records.Add(MatchOf(request), number);
        }

        return string.Create(CultureInfo.InvariantCulture, $"bf071e1f-6035-429d-b874-{number:D12}");
    }

    private static string MatchOf(TwinRequest request)
    {
        const string Attribute = "matching_attribute=";
        int at = request.Uri.Query.IndexOf(Attribute, StringComparison.Ordinal);
        string name = at < 0 ? "" : request.Uri.Query[(at + Attribute.Length)..].Split('&')[0];
        bool found = request.Json.ValueKind == JsonValueKind.Object
            && request.Json.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("values", out JsonElement values) && values.ValueKind == JsonValueKind.Object
            && values.TryGetProperty(name, out _);
        return $"{request.Path}\n{name}\n{(found ? request.Json.GetProperty("data").GetProperty("values").GetProperty(name).GetRawText() : request.BodyText())}";
    }

    private static bool IsQuery(TwinRequest request) =>
        request.Method == "POST" && (request.Path.EndsWith("/query", StringComparison.Ordinal) || request.Path.EndsWith("/search", StringComparison.Ordinal));
}
