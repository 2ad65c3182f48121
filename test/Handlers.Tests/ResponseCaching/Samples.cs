using System.Net.Http.Headers;
using System.Text;
using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

/// <summary>Requests and stored answers to test with.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static KeyValuePair<string, HeaderStringValues>[] Request(params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage();
        foreach ((string name, string value) in fields)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return [.. request.Headers.NonValidated];
    }

    public static StoredField Field(string name, params string[] lines) => new(name, new FieldLines(lines));

    public static StoredResponse Stored(
        string body = "body",
        StoredField[]? headers = null,
        StoredField[]? contentHeaders = null,
        SelectingFields? selecting = null,
        int status = 200,
        Freshness? freshness = null,
        StoredField[]? trailers = null)
    {
        var head = new ResponseHead { Directives = ResponseDirectives.None };
        head.NoteAll(headers ?? []);
        head.NoteAll(contentHeaders ?? []);
        StoredResponse stored = new StoredResponse
        {
            Status = status,
            Reason = "OK",
            Version = new Version(1, 1),
            Headers = headers ?? [],
            ContentHeaders = contentHeaders ?? [],
            Trailers = trailers ?? [],
            Body = Encoding.UTF8.GetBytes(body),
            Selecting = selecting ?? SelectingFields.None,
            Received = Now,
            InitialAge = TimeSpan.FromSeconds(3),
            Freshness = freshness ?? new Freshness(60, IsExplicit: true),
            Directives = head.Directives,
            ETag = head.ETag,
            LastModified = head.LastModified,
            Date = head.Date,
        }.Measured();
        stored.Anchor(0);
        return stored;
    }

    public static StoredResponses Responses(params StoredResponse[] variants) => new([.. variants]);

    public static ResponseKey Key(string target, string account = "") =>
        new(new ResponseOwner("client", account, unnamed: ""), target, ResponseKeyKind.None);
}
