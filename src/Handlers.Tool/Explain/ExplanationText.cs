using System.Globalization;

namespace Handlers.Tool.Explain;

/// <summary>An explanation for people: the verdict, what it was read from, what was not believed, and what the stack would do and when.</summary>
internal static class ExplanationText
{
    public static void Write(TextWriter output, string file, Explanation explanation, Evidence evidence)
    {
        AnswerRecord answer = explanation.Answer;
        output.WriteLine(Printable(file));

        // No query: it may hold a key.
        Line(output, "answer", $"{answer.Method} {answer.Url.Host}{answer.Url.AbsolutePath} => {answer.Status}, read as {explanation.Provider.Name} at {Instant(answer.Now)}");
        Line(output, "verdict", Explanation.Spell(explanation.Kind));
        Line(output, "why", explanation.Verdict.Why.Length > 0 ? explanation.Verdict.Why : "the answer is no refusal.");
        foreach (Signal signal in evidence.Read)
        {
            Line(output, "read", $"{signal.Name}: {signal.Value} ({signal.Reason})");
        }

        foreach (Signal signal in evidence.Ignored)
        {
            Line(output, "ignored", $"{signal.Name}: {signal.Value} ({signal.Reason})");
        }

        if (QuotaOf(explanation) is { } quota)
        {
            Line(output, "quota", quota);
        }

        foreach (string deed in Deeds(explanation))
        {
            Line(output, "does", deed);
        }

        output.WriteLine();
    }

    private static string? QuotaOf(Explanation explanation) => explanation.Quota switch
    {
        null => null,
        { } name when explanation.Verdict.WholeAccount => $"{name}; every quota of the account waits",
        { } name => name,
    };

    private static IEnumerable<string> Deeds(Explanation explanation)
    {
        ResilienceHandlersOptions options = explanation.Options;
        TimeSpan? wait = explanation.Verdict.Wait;
        bool isRefusal = explanation.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted;
        TimeSpan? gate = wait ?? (isRefusal ? options.Retry.RateLimitRetryAfter : null);
        if (gate > TimeSpan.Zero && explanation.Kind != VerdictKind.Fatal)
        {
            TimeSpan closed = (gate < options.RateLimits.MaxServerWait ? gate.Value : options.RateLimits.MaxServerWait) + options.RateLimits.Guard;
            string where = explanation.Kind == VerdictKind.Transient ? "the host's gate" : "the quota's gate";
            string origin = wait is null ? " (Retry:RateLimitRetryAfter, since no wait is named)" : "";
            yield return $"closes {where} for every caller until {Instant(explanation.Answer.Now + closed)}, {Seconds(closed)} s from now{origin}";
        }

        yield return explanation.Kind == VerdictKind.Ok ? "hands the answer to the caller" : explanation.Decision.Again ? Again(explanation, gate) : NotAgain(explanation);
        if (explanation.Decision.Again && options.TotalTimeout != Timeout.InfiniteTimeSpan && gate >= options.TotalTimeout)
        {
            yield return $"but a call with no more than the default TotalTimeout of {Seconds(options.TotalTimeout)} s gets the answer back at once, since the wait would end after it";
        }
    }

    private static string Again(Explanation explanation, TimeSpan? gate)
    {
        RetryOptions retry = explanation.Options.Retry;
        string when = gate > TimeSpan.Zero
            ? "as soon as the gate opens"
            : string.Create(CultureInfo.InvariantCulture, $"after a backoff of {Seconds(retry.BaseDelay)} s ± {retry.Jitter * 100:0.#} %");
        string harmless = explanation.Kind is VerdictKind.RateLimited ? "a refused request was not executed" : "repeating this request does no harm";
        return $"sends the request again {when}, up to {retry.MaxRetries} times: {harmless}";
    }

    private static string NotAgain(Explanation explanation) =>
        explanation.Decision.Reason is { } reason
            ? $"hands the answer to the caller without sending again: {reason}"
            : "hands the answer to the caller without sending again: the same request would be refused again";

    private static string Seconds(TimeSpan span) => ExplanationJson.Seconds(span);

    private static string Instant(DateTimeOffset instant) => instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    private static void Line(TextWriter output, string label, string text) => output.WriteLine($"  {label,-8} {Printable(text)}");

    /// <summary>A server's words, harmless for a terminal: what would steer it is written out.</summary>
    private static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) : text;
}
