using System.Globalization;
using System.Net;
using System.Text;

namespace Handlers.Testing;

/// <summary>
/// What a <see cref="ScriptedTransport"/> answers to an attempt: a status with headers and a body, or a failure, at once or after a while.
/// Immutable: each method gives a changed copy, so that one answer can be given many times.
/// </summary>
public sealed class ScriptedAnswer
{
    private readonly Func<ScriptedAttempt, HttpResponseMessage>? _make;
    private readonly List<KeyValuePair<string, string>> _headers = [];
    private Func<TimeProvider, HttpContent>? _content;

    private ScriptedAnswer(Func<ScriptedAttempt, HttpResponseMessage>? make, Exception? error) => (_make, Error) = (make, error);

    private ScriptedAnswer(ScriptedAnswer original)
    {
        (_make, Error, Delay, _content) = (original._make, original.Error, original.Delay, original._content);
        _headers.AddRange(original._headers);
    }

    internal Exception? Error { get; }

    internal TimeSpan Delay { get; private set; }

    /// <summary>Whether the failure comes before a connection exists, so that the request's body is never read.</summary>
    internal bool IsNeverSent => Error is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError or HttpRequestError.VersionNegotiationError,
    };

    /// <summary>Answers with a status and an empty body.</summary>
    public static ScriptedAnswer Status(HttpStatusCode status) => From(_ => new HttpResponseMessage(status));

    /// <summary>Answers with a status, as a number, and an empty body.</summary>
    public static ScriptedAnswer Status(int status) => Status((HttpStatusCode)status);

    /// <summary>Fails the attempt.</summary>
    public static ScriptedAnswer Failure(Exception error) => new(make: null, error ?? throw new ArgumentNullException(nameof(error)));

    /// <summary>Answers with what the function makes of the attempt.</summary>
    public static ScriptedAnswer From(Func<ScriptedAttempt, HttpResponseMessage> make) =>
        new(make ?? throw new ArgumentNullException(nameof(make)), error: null);

    /// <summary>Answers with this response; it can be given once.</summary>
    public static ScriptedAnswer FromHttpResponseMessage(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return From(_ => response);
    }

    /// <summary>See <see cref="Status(HttpStatusCode)"/>.</summary>
    public static ScriptedAnswer FromHttpStatusCode(HttpStatusCode status) => Status(status);

    /// <summary>See <see cref="Failure"/>.</summary>
    public static ScriptedAnswer FromException(Exception error) => Failure(error);

    /// <summary>See <see cref="Status(HttpStatusCode)"/>.</summary>
    public static implicit operator ScriptedAnswer(HttpStatusCode status) => Status(status);

    /// <summary>See <see cref="FromHttpResponseMessage"/>.</summary>
    public static implicit operator ScriptedAnswer(HttpResponseMessage response) => FromHttpResponseMessage(response);

    /// <summary>See <see cref="Failure"/>.</summary>
    public static implicit operator ScriptedAnswer(Exception error) => Failure(error);

    /// <summary>Adds a header as it is, valid or not.</summary>
    public ScriptedAnswer Header(string name, string value)
    {
        var copy = new ScriptedAnswer(this);
        copy._headers.Add(new(name, value));
        return copy;
    }

    /// <summary>Adds a Retry-After header in seconds.</summary>
    public ScriptedAnswer RetryAfter(int seconds) => Header("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>Gives the answer this text as its body.</summary>
    public ScriptedAnswer Text(string body, string mediaType = "text/plain") =>
        With(_ => new StringContent(body, Encoding.UTF8, mediaType));

    /// <summary>Gives the answer this JSON as its body.</summary>
    public ScriptedAnswer Json(string body) => Text(body, "application/json");

    /// <summary>Gives the answer a body that comes in its own time; see <see cref="ScriptedBody.ToContent"/>.</summary>
    public ScriptedAnswer Body(ScriptedBody body, string mediaType = "application/json", long? length = null) =>
        With(time => body.ToContent(mediaType, time, length));

    /// <summary>Lets the answer, or the failure, come after a while.</summary>
    public ScriptedAnswer After(TimeSpan delay) => new(this) { Delay = delay };

    internal HttpResponseMessage Make(ScriptedAttempt attempt, TimeProvider timeProvider)
    {
        HttpResponseMessage response = _make!(attempt);
        if (_content is not null)
        {
            response.Content = _content(timeProvider);
        }

        foreach (var (name, value) in _headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.Remove(name);
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }

    private ScriptedAnswer With(Func<TimeProvider, HttpContent> content) => new(this) { _content = content };
}
