using System.Collections.ObjectModel;
using System.Text;

namespace Handlers.Testing;

/// <summary>An attempt as it came out of the handlers under test, waiting for its answer.</summary>
public sealed class ScriptedAttempt
{
    private readonly TaskCompletionSource<ScriptedAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ScriptedAttempt(int number, HttpRequestMessage request, DateTimeOffset arrivedAt, TimeSpan elapsed, CancellationToken cancellation)
    {
        Number = number;
        Request = request;
        Method = request.Method;
        Uri = request.RequestUri ?? throw new InvalidOperationException("The request has no URI; set HttpClient.BaseAddress or an absolute URI.");
        Version = request.Version;
        Headers = Snapshot(request);
        ArrivedAt = arrivedAt;
        Elapsed = elapsed;
        Cancellation = cancellation;
    }

    /// <summary>The attempt's place among all of this transport, from 1.</summary>
    public int Number { get; }

    /// <summary>The request itself; the handlers may go on changing it.</summary>
    public HttpRequestMessage Request { get; }

    /// <summary>The method on arrival.</summary>
    public HttpMethod Method { get; }

    /// <summary>The URI on arrival.</summary>
    public Uri Uri { get; }

    /// <summary>The HTTP version on arrival.</summary>
    public Version Version { get; }

    /// <summary>All headers on arrival, the content's too; several values of one name are joined with a comma.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The body's bytes; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; internal set; }

    /// <summary>The body as UTF-8 text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>When it came, by the wall clock.</summary>
    public DateTimeOffset ArrivedAt { get; }

    /// <summary>When it came, since the transport was made.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>The token the attempt was sent with: fires when the handlers give the attempt up.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Whether an answer was given, by the test or by the script.</summary>
    public bool IsAnswered { get; internal set; }

    internal Task<ScriptedAnswer> Answer => _answer.Task;

    /// <summary>Answers the attempt with a status, a response or a <see cref="ScriptedAnswer"/>.</summary>
    /// <exception cref="InvalidOperationException">It has its answer already.</exception>
    public void Respond(ScriptedAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (!_answer.TrySetResult(answer))
        {
            throw new InvalidOperationException($"{this} has been answered already.");
        }

        IsAnswered = true;
    }

    /// <summary>Fails the attempt.</summary>
    /// <exception cref="InvalidOperationException">It has its answer already.</exception>
    public void Fail(Exception error) => Respond(ScriptedAnswer.Failure(error));

    /// <inheritdoc/>
    public override string ToString() => $"Attempt {Number}, {Method} {Uri}";

    private static ReadOnlyDictionary<string, string> Snapshot(HttpRequestMessage request)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            headers[name] = values.ToString();
        }

        if (request.Content is not null)
        {
            _ = request.Content.Headers.ContentLength; // computed on first sight, as the wire would
            foreach (var (name, values) in request.Content.Headers.NonValidated)
            {
                headers[name] = values.ToString();
            }
        }

        return headers.AsReadOnly();
    }
}
