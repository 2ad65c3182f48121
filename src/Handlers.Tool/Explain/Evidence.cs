using System.Globalization;

namespace Handlers.Tool.Explain;

/// <summary>
/// Which signals decided and which did not, found by asking the same code again about the same answer with one of them taken away or changed. So it can't
/// tell a story that the code does not follow.
/// </summary>
internal sealed class Evidence
{
    private static readonly string[] Known =
    [
        "Retry-After", "retry-after-ms", "x-ms-retry-after-ms", "x-should-retry", "Stripe-Should-Retry", "Stripe-Rate-Limited-Reason", "x-poll-interval",
        "X-Complexity", "Age", "Date",
    ];

    private const string Body = "body";

    private readonly Stack _stack;
    private readonly Explanation _explanation;
    private readonly AnswerRecord _answer;

    private Evidence(Stack stack, Explanation explanation)
    {
        _stack = stack;
        _explanation = explanation;
        _answer = explanation.Answer;
    }

    /// <summary>What was read and decided something.</summary>
    public List<Signal> Read { get; } = [];

    /// <summary>What was there and decided nothing.</summary>
    public List<Signal> Ignored { get; } = [];

    public static Evidence Of(Stack stack, Explanation explanation)
    {
        Evidence evidence = new(stack, explanation);
        evidence.WeighBody();
        evidence.WeighHeaders();
        return evidence;
    }

    private static bool IsSignal(string name) =>
        Array.Exists(Known, known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) || name.Contains("ratelimit", StringComparison.OrdinalIgnoreCase);

    private static bool IsClock(string name) => name.Equals("Date", StringComparison.OrdinalIgnoreCase);

    private static bool IsAge(string name) => name.Equals("Age", StringComparison.OrdinalIgnoreCase);

    private void WeighBody()
    {
        if (_answer.Body.Length == 0)
        {
            return;
        }

        string size = $"{_answer.Body.Length} bytes";
        if (!_explanation.ReadBody)
        {
            Ignored.Add(new(Body, size, $"HTTP {_answer.Status} of this kind is judged without its body, or it is not JSON"));
        }
        else if (Differs(_answer with { Body = [] }))
        {
            Read.Add(new(Body, size, "it decides what the answer means"));
        }
        else
        {
            Ignored.Add(new(Body, size, "nothing in it changes what the rest says"));
        }
    }

    private void WeighHeaders()
    {
        List<string> undecided = [];
        foreach (string name in _answer.Headers.Select(header => header.Name).Where(IsSignal).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (Differs(Without(_answer, name)))
            {
                Read.Add(new(name, ValueOf(name), WhyRead(name)));
            }
            else if (!IsClock(name) && !IsAge(name))
            {
                undecided.Add(name);
            }
        }

        // What came first is known only now.
        Ignored.AddRange(undecided.Select(name => new Signal(name, ValueOf(name), WhyIgnored(name))));
    }

    private string ValueOf(string name) => string.Join(", ", _answer.Headers.Where(header => Is(header, name)).Select(header => header.Value));

    private static string WhyRead(string name) =>
        IsClock(name) ? "the server's clock, which its instants are relative to" : IsAge(name) ? "the answer comes from a cache" : "it decides";

    private string WhyIgnored(string name)
    {
        if (Outranking(name) is { } better)
        {
            return $"{better} comes first";
        }

        if (DiffersWithout("Age", name))
        {
            return "the answer comes from a cache (Age), so its counts are old";
        }

        bool isReset = name.Contains("reset", StringComparison.OrdinalIgnoreCase);
        if (isReset && HeaderOf(name.Replace("reset", "remaining", StringComparison.OrdinalIgnoreCase)) is { } remaining && IsSome(remaining.Value))
        {
            return $"{remaining.Name} says that this limit is not used up";
        }

        if (name.Contains("remaining", StringComparison.OrdinalIgnoreCase) && HeaderOf(name) is { } own && IsSome(own.Value))
        {
            return "something is left of this limit";
        }

        return Array.Exists(WellFormed(), value => Differs(With(_answer, name, value))) ? "it does not parse" : "it names no wait";
    }

    private (string Name, string Value)? HeaderOf(string name) => _answer.Headers.Where(header => Is(header, name)).Cast<(string, string)?>().FirstOrDefault();

    private static bool IsSome(string count) => long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out long left) && left > 0;

    // A wait of seven seconds as each kind of header would say it.
    private string[] WellFormed()
    {
        DateTimeOffset soon = _answer.Now.AddSeconds(7);
        return ["7", "7s", $"{soon.ToUnixTimeSeconds()}", $"{soon.ToUnixTimeMilliseconds()}", $"{soon:yyyy-MM-ddTHH:mm:ssZ}", "false"];
    }

    /// <summary>A signal of higher rank: without it, this one would matter.</summary>
    private string? Outranking(string name)
    {
        foreach (Signal read in Read)
        {
            if (!IsClock(read.Name) && !IsAge(read.Name) && read.Name != Body && DiffersWithout(read.Name, name))
            {
                return read.Name;
            }
        }

        return null;
    }

    private bool DiffersWithout(string taken, string name)
    {
        AnswerRecord rest = Without(_answer, taken);
        return !Same(_stack.Explain(rest), _stack.Explain(Without(rest, name)));
    }

    private bool Differs(AnswerRecord other) => !Same(_explanation, _stack.Explain(other));

    private static bool Same(Explanation one, Explanation other) =>
        (one.Kind, one.Verdict.Wait, one.Verdict.Retry, one.Quota, one.Verdict.WholeAccount, one.Decision.Again)
        == (other.Kind, other.Verdict.Wait, other.Verdict.Retry, other.Quota, other.Verdict.WholeAccount, other.Decision.Again);

    private static bool Is((string Name, string Value) header, string name) => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static AnswerRecord Without(AnswerRecord answer, string name) => answer with { Headers = [.. answer.Headers.Where(header => !Is(header, name))] };

    private static AnswerRecord With(AnswerRecord answer, string name, string value) =>
        answer with { Headers = [.. answer.Headers.Where(header => !Is(header, name)), (name, value)] };
}
