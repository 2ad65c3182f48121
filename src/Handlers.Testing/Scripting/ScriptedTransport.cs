using System.Threading.Channels;

namespace Handlers.Testing;

/// <summary>
/// The other end of the pipe, in the test's hands: it receives each attempt and answers it, one by one (<see cref="NextAsync"/>), from a
/// list (<see cref="Answers"/>) or with a function (<see cref="OnEach"/>), tried in the order list, function, test.
/// </summary>
/// <example><code language="csharp">
/// var task = client.GetAsync("/items");
/// var attempt = await transport.NextAsync();
/// attempt.Respond(ScriptedAnswer.Status(429).RetryAfter(2));
/// (await transport.NextAsync()).Respond(HttpStatusCode.OK);
/// </code></example>
public sealed class ScriptedTransport : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<ScriptedAttempt> _attempts = [];
    private readonly Queue<ScriptedAnswer> _script = new();
    private readonly Channel<ScriptedAttempt> _arrivals = Channel.CreateUnbounded<ScriptedAttempt>();
    private readonly ResponseLedger _responses = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private Func<ScriptedAttempt, ScriptedAnswer?>? _onEach;
    private int _expecting;

    /// <summary>Makes a transport that has no answers yet.</summary>
    /// <param name="timeProvider">The clock of arrival times and delays; the system's by default.</param>
    public ScriptedTransport(TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        (_time as VirtualTime)?.AddWitness(Describe);
    }

    /// <summary>Every attempt so far, in order of arrival.</summary>
    public IReadOnlyList<ScriptedAttempt> Attempts
    {
        get
        {
            lock (_lock)
            {
                return [.. _attempts];
            }
        }
    }

    /// <summary>Responses handed out that were neither disposed nor read to their end. Answers to HEAD have nothing to read and don't count.</summary>
    public int Undisposed => _responses.Open;

    /// <summary>Appends answers that are given at once, each to the next attempt.</summary>
    public ScriptedTransport Answers(params ReadOnlySpan<ScriptedAnswer> answers)
    {
        lock (_lock)
        {
            foreach (ScriptedAnswer answer in answers)
            {
                _script.Enqueue(answer);
            }
        }

        return this;
    }

    /// <summary>Answers each attempt that <see cref="Answers"/> has no answer for; null leaves it to the test.</summary>
    public ScriptedTransport OnEach(Func<ScriptedAttempt, ScriptedAnswer?> answer)
    {
        _onEach = answer;
        return this;
    }

    /// <summary>The next attempt that waits for the test's answer.</summary>
    public async Task<ScriptedAttempt> NextAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _expecting);
        try
        {
            return await _arrivals.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _expecting);
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ScriptedAnswer? answer = Accept(request, cancellationToken, out ScriptedAttempt attempt);
        if (answer is not { IsNeverSent: true } && request.Content is { } content)
        {
            using var body = new MemoryStream();
            await content.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
            attempt.Body = body.ToArray();
        }

        answer ??= Offer(attempt) ?? await attempt.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (answer.Delay != TimeSpan.Zero)
        {
            await Task.Delay(answer.Delay, _time, cancellationToken).ConfigureAwait(false);
        }

        return Give(answer, attempt);
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ScriptedAnswer? answer = Accept(request, cancellationToken, out ScriptedAttempt attempt);
        if (answer is not { IsNeverSent: true } && request.Content is { } content)
        {
            using var body = new MemoryStream();
            content.CopyTo(body, context: null, cancellationToken);
            attempt.Body = body.ToArray();
        }

        answer ??= Offer(attempt) ?? attempt.Answer.WaitAsync(cancellationToken).GetAwaiter().GetResult();
        if (answer.Delay != TimeSpan.Zero)
        {
            Task.Delay(answer.Delay, _time, cancellationToken).GetAwaiter().GetResult();
        }

        return Give(answer, attempt);
    }

    // The list's answer is taken on arrival: it tells whether the body is read at all.
    private ScriptedAnswer? Accept(HttpRequestMessage request, CancellationToken cancellationToken, out ScriptedAttempt attempt)
    {
        lock (_lock)
        {
            attempt = new ScriptedAttempt(_attempts.Count + 1, request, _time.GetUtcNow(), _time.GetElapsedTime(_start), cancellationToken);
            _attempts.Add(attempt);
            return _script.TryDequeue(out ScriptedAnswer? answer) ? answer : null;
        }
    }

    private ScriptedAnswer? Offer(ScriptedAttempt attempt)
    {
        ScriptedAnswer? answer = _onEach?.Invoke(attempt);
        if (answer is null)
        {
            _arrivals.Writer.TryWrite(attempt);
        }

        return answer;
    }

    private HttpResponseMessage Give(ScriptedAnswer answer, ScriptedAttempt attempt)
    {
        attempt.IsAnswered = true;
        return answer.Error is { } error ? throw error : _responses.HandOut(answer.Make(attempt, _time), attempt.Request);
    }

    private string? Describe()
    {
        List<string> waits = [.. Attempts.Where(static attempt => !attempt.IsAnswered).Select(static attempt => $"the test's answer to {attempt}")];
        if (Volatile.Read(ref _expecting) > 0)
        {
            waits.Add($"NextAsync, for an attempt after the {Attempts.Count} so far");
        }

        return waits.Count == 0 ? null : string.Join("; ", waits);
    }
}
