using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>
/// Attio REST v2. Sources, checked 2026-11-21: docs.attio.com/rest-api/guides/rate-limiting, the endpoint reference, a transcription of api.attio.com/openapi/api
/// (error codes).
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>read</term><description>100/second over the whole API; the query and search POSTs are reads</description></item>
/// <item><term>write</term><description>25/second. Both may be lowered during incidents</description></item>
/// <item><term>not modelled</term><description>the score of list queries, a sum over 10 s across all apps: no answer tells it</description></item>
/// </list>
/// 429 always names the wait, as an HTTP-date of one-second resolution, usually the next second: only the <c>Date</c> of the same answer makes sense of it. It
/// means "not processed". <c>quota_exceeded</c> and <c>billing_error</c> are plan limits (statuses unconfirmed, so the code decides); 404
/// <c>merge_in_progress</c> passes. 409 is a plain conflict.
/// Replay: GET, DELETE, PUT (upserts and overwrites), queries, and PATCH, whose multiselect values are appended as to a set, so that a repeat adds nothing.
/// Records, notes, tasks, comments and entries made with POST are made again. Natural keys: the matching attribute of an upsert, an entry's parent.
/// </remarks>
internal sealed class AttioProvider : Provider
{
    public const string Read = "read";
    public const string Write = "write";

    private static readonly ImmutableArray<QuotaUse> ReadUses = [new(Read, Cost.OneRequest, QuotaStart.Slow)];
    private static readonly ImmutableArray<QuotaUse> WriteUses = [new(Write, Cost.OneRequest, QuotaStart.Slow)];

    public override string Name => "attio";

    public override IReadOnlyList<string> Hosts { get; } = ["api.attio.com"];

    public override IReadOnlyList<string> Resources { get; } = [Read, Write];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
        options.Pacing.Groups[Read] = new() { Limits = "100/second" };
        options.Pacing.Groups[Write] = new() { Limits = "25/second" };
    }

    public override CallPlan Plan(HttpRequestMessage request)
    {
        HttpMethod method = request.Method;
        if (method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options)
        {
            return new() { Quotas = ReadUses };
        }

        ReadOnlySpan<char> path = RequestPath.Of(request.RequestUri);
        if (method == HttpMethod.Post)
        {
            return path.Is("/v2/objects/*/records/query") || path.Is("/v2/lists/*/entries/query") || path is "/v2/objects/records/search"
                ? new() { Quotas = ReadUses, Replay = ReplaySafety.Safe, IsRead = true }
                : new() { Quotas = WriteUses };
        }

        return new()
        {
            Quotas = WriteUses,
            Replay = method == HttpMethod.Patch ? ReplaySafety.Safe : ReplaySafety.ByMethod,
            NaturalKey = method == HttpMethod.Put ? NaturalKeyOf(path, request) : null,
        };
    }

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => status is >= 400 and < 500 && Json.IsMediaType(mediaType);

    public override Verdict Interpret(in ProviderAnswer answer)
    {
        AnswerHeaders headers = default;
        foreach ((string name, HeaderStringValues lines) in answer.Headers)
        {
            headers.TryTake(name, lines);
        }

        if (!answer.Body.IsEmpty && JsonBody.Open(answer.Body).TryGetString(out string? code, "code"))
        {
            switch (code)
            {
                case "quota_exceeded" or "billing_error":
                    return headers.Conclude(new(VerdictKind.QuotaExhausted, "the plan's quota is used up or the bill is not paid"), ServerWait.None);
                case "merge_in_progress" when answer.Status == 404:
                    return headers.Conclude(
                        new(VerdictKind.Transient, "merge_in_progress: the record is being merged into another"), headers.Wait(headers.ServerNow(answer)));
                default:
                    break;
            }
        }

        return StatusVerdict.Of(answer.Status, headers, answer.Now);
    }

    private static string? NaturalKeyOf(ReadOnlySpan<char> path, HttpRequestMessage request)
    {
        bool isRecord = path.Is("/v2/objects/*/records");
        if ((!isRecord && !path.Is("/v2/lists/*/entries")) || !RequestBody.TryPeek(request.Content, out ReadOnlyMemory<byte> bytes))
        {
            return null;
        }

        JsonBody body = JsonBody.Open(bytes.Span);
        if (!isRecord)
        {
            return body.TryGetString(out string? parent, "data", "parent_record_id") ? parent : null;
        }

        string? attribute = MatchingAttributeOf(request.RequestUri!.Query);
        return attribute is not null && ValueOf(body.At("data", "values", attribute)) is { } value ? $"{attribute}:{value}" : null;
    }

    private static string? MatchingAttributeOf(ReadOnlySpan<char> query)
    {
        const string Key = "matching_attribute=";
        int at = query.IndexOf(Key);
        if (at <= 0 || query[at - 1] is not ('?' or '&'))
        {
            return null;
        }

        query = query[(at + Key.Length)..];
        int end = query.IndexOf('&');
        return (end < 0 ? query : query[..end]).ToString();
    }

    // A value, or a list of values, each bare or as an object.
    private static string? ValueOf(JsonBody value)
    {
        foreach (JsonBody element in value.EnumerateArray())
        {
            value = element;
            break;
        }

        return value.TryGetString(out string? text) || value.TryGetString(out text, "email_address") || value.TryGetString(out text, "domain")
            || value.TryGetString(out text, "value")
            ? text
            : null;
    }
}
