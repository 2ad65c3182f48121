using System.Globalization;
using System.Text.Json.Nodes;
using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// An API as the standards would have it, with any limits: Retry-After, the RateLimit fields, idempotency keys.
/// Quotas are named after the limits.
/// </summary>
public sealed class GenericTwin : ProviderTwin
{
    private readonly GenericTwinOptions _options;
    private readonly Dictionary<string, List<(TwinLimit Limit, MeteredLimit Meter)>> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Write, TwinReply? Answer)> _keys = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long Until)> _answered = new();
    private int _created;

    /// <summary>Makes a twin without limits, or with the given ones.</summary>
    public GenericTwin(GenericTwinOptions? options = null, TimeProvider? timeProvider = null)
        : base(options ??= new GenericTwinOptions(), timeProvider) => _options = options;

    /// <inheritdoc/>
    public override Uri BaseAddress { get; } = new("https://api.example.com/");

    private protected override IEnumerable<string> QuotasOf(TwinRequest request) => MetersOf(request).Select(static entry => entry.Limit.Name);

    private protected override TwinReply? Refuse(TwinRequest request)
    {
        long now = NowTicks;
        ForgetKeys(now);
        request.Cost = CostOf(request);
        var meters = MetersOf(request).ToList();
        var broken = meters.FindAll(entry => !entry.Meter.Fits(now, CostIn(entry.Limit, request)));
        if (broken.Count > 0)
        {
            return Refusal(request, meters, broken, now);
        }

        if (KeyOf(request) is { } key)
        {
            if (_keys.TryGetValue(key, out var known))
            {
                return Replay(known, WriteKey(request));
            }

            _keys[key] = (WriteKey(request), Answer: null);
        }

        meters.ForEach(entry => entry.Meter.Take(now, CostIn(entry.Limit, request)));
        request.AnswerHeaders.AddRange(Budget(meters, now));
        return null;
    }

    private protected override void Release(TwinRequest request)
    {
        foreach (var (limit, meter) in MetersOf(request))
        {
            (meter as ConcurrencyLimit)?.Return(CostIn(limit, request));
        }

        // Not executed: the key is free again.
        if (KeyOf(request) is { } key && _keys.TryGetValue(key, out var known) && known.Answer is null)
        {
            _keys.Remove(key);
        }
    }

    private protected override TwinReply Execute(TwinRequest request)
    {
        if (request.Method == "DELETE")
        {
            return new TwinReply { Status = 204 };
        }

        bool created = request.Method == "POST";
        _created += created ? 1 : 0;
        int status = created ? 201 : 200;
        string body = new JsonObject { ["id"] = _created, ["path"] = request.Path }.ToJsonString();
        if (KeyOf(request) is { } key)
        {
            _keys[key] = (WriteKey(request), TwinReply.Json(status, body)); // its own: a fault may damage the one that is sent
            if (_options.KeysKeptFor != TimeSpan.MaxValue)
            {
                _answered.Enqueue((key, NowTicks + _options.KeysKeptFor.Ticks));
            }
        }

        return TwinReply.Json(status, body);
    }

    private protected override IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request)
    {
        request.Cost = CostOf(request);
        return MetersOf(request).Select(entry => (entry.Meter, CostIn(entry.Limit, request)));
    }

    private protected override ProviderTwin Anew() => new GenericTwin(_options, Time);

    // With the key honoured a repetition is no second execution; what reaches this point with another key is one.
    private protected override string? EffectOf(TwinRequest request) => request.Method == "POST" ? WriteKey(request) : null;

    private void ForgetKeys(long now)
    {
        while (_answered.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _keys.Remove(_answered.Dequeue().Key);
        }
    }

    private TwinReply Refusal(TwinRequest request, List<(TwinLimit Limit, MeteredLimit Meter)> meters, List<(TwinLimit Limit, MeteredLimit Meter)> broken, long now)
    {
        long at = broken.Max(entry => entry.Meter.FitsAt(now, CostIn(entry.Limit, request)));
        long wait = at == long.MaxValue ? TimeSpan.TicksPerSecond : at - now;
        var violated = new JsonArray([.. broken.Select(static entry => (JsonNode)entry.Limit.Name)]);
        var problem = new JsonObject
        {
            ["type"] = "https://iana.org/assignments/http-problem-types#quota-exceeded",
            ["title"] = "Request cannot be satisfied as assigned quota has been exceeded",
            ["violated-policies"] = violated,
        };
        TwinReply reply = new TwinReply
        {
            Status = _options.RefusalStatus,
            RefusedBy = broken[0].Limit.Name,
            MediaType = "application/problem+json",
            Body = new ScriptedBody().Text(problem.ToJsonString()),
        }.With(Budget(meters, now));
        if (_options.Hints.HasFlag(TwinHints.RetryAfterDate))
        {
            long second = InSeconds(now + wait);
            reply.Named = second * TimeSpan.TicksPerSecond;
            return reply.With("Retry-After", new DateTime(second * TimeSpan.TicksPerSecond, DateTimeKind.Utc).ToString("R", CultureInfo.InvariantCulture));
        }

        return _options.Hints.HasFlag(TwinHints.RetryAfter) ? RetryAfter(reply, wait) : reply;
    }

    private static TwinReply Replay((string Write, TwinReply? Answer) known, string write)
    {
        if (known.Write != write)
        {
            return TwinReply.Json(422, """{"title":"Idempotency-Key is already used"}""");
        }

        if (known.Answer is not { } answer)
        {
            return TwinReply.Json(409, """{"title":"A request is outstanding for this Idempotency-Key"}""");
        }

        return new TwinReply { Status = answer.Status, MediaType = answer.MediaType, Body = new ScriptedBody().Bytes(answer.Body.Steps[0].Bytes) }.With("Idempotent-Replayed", "true");
    }

    private IEnumerable<KeyValuePair<string, string>> Budget(List<(TwinLimit Limit, MeteredLimit Meter)> meters, long now)
    {
        if (!_options.Hints.HasFlag(TwinHints.RateLimit) || meters.Count == 0)
        {
            return [];
        }

        string policy = string.Join(", ", meters.Select(static entry => string.Create(
            CultureInfo.InvariantCulture,
            $"\"{entry.Limit.Name}\";q={entry.Limit.Amount:F0}{(entry.Limit.Kind == TwinLimitKind.Concurrency ? ";qu=\"concurrent-requests\"" : $";w={Math.Max(1, Math.Ceiling(entry.Limit.Period.TotalSeconds)):F0}")}")));
        string state = string.Join(", ", meters.Select(entry => string.Create(
            CultureInfo.InvariantCulture,
            $"\"{entry.Limit.Name}\";r={Math.Floor(entry.Meter.Remaining(now)):F0};t={InSeconds(entry.Meter.WholeAt(now) - now)}")));
        return [new("RateLimit-Policy", policy), new("RateLimit", state)];
    }

    private IEnumerable<(TwinLimit Limit, MeteredLimit Meter)> MetersOf(TwinRequest request)
    {
        string account = _options.AccountHeader is { } header ? request.Header(header) ?? "" : "";
        if (!_accounts.TryGetValue(account, out var meters))
        {
            meters = [.. _options.Limits.Select(static limit => (limit, limit.Create()))];
            _accounts.Add(account, meters);
        }

        return meters.Where(entry => entry.Limit.Match?.Invoke(request) != false);
    }

    private string? KeyOf(TwinRequest request) =>
        _options.IdempotencyHeader is { } header && !request.IsRead ? request.Header(header) : null;

    private double CostOf(TwinRequest request) =>
        _options.CostOf?.Invoke(request)
        ?? (double.TryParse(request.Header("X-Cost"), NumberStyles.Float, CultureInfo.InvariantCulture, out double cost) ? cost : 1);

    private static double CostIn(TwinLimit limit, TwinRequest request) => limit.InPoints ? request.Cost : 1;
}
