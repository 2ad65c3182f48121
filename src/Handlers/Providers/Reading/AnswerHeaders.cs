using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>What the answers of all APIs share. Fed by a provider's one pass over the headers, asked when the pass is over.</summary>
internal struct AnswerHeaders
{
    private const int MaxQuotaName = 64;

    // A power of two. While a provider is in trouble it says the same again and again.
    private const int Slots = 16;

    /// <summary>What <see cref="TryTake"/> takes.</summary>
    public static readonly HeaderNames Names = new(
        "Age", "Date", "Retry-After", "X-From-Cache", "retry-after-ms", "x-should-retry", "x-ms-retry-after-ms");

    private static readonly Said?[] Latest = new Said?[Slots];

    private string? _date;
    private string? _age;
    private string? _retryAfter;
    private string? _retryAfterMs;
    private string? _azureRetryAfterMs;
    private bool _contradicted;
    private bool _isMarkedCached;

    /// <summary><c>x-should-retry</c> or the provider's word for it: false forbids, true asks, null leaves it open.</summary>
    public bool? ShouldRetry { get; private set; }

    /// <summary>A positive <c>Age</c>, or the mark of a client-side cache: what the answer says about limits was true at another time, maybe for another caller.</summary>
    public readonly bool IsFromCache => _isMarkedCached || WireDuration.TryParseSeconds(_age, out TimeSpan age) && age > TimeSpan.Zero;

    /// <summary>Takes the header if it is one of these; false for any other.</summary>
    public bool TryTake(string name, HeaderStringValues lines)
    {
        // Almost every header leaves here, by its length alone.
        switch (name.Length)
        {
            case 3 when Is(name, "Age"):
                _age = Single(lines);
                return true;
            case 4 when Is(name, "Date"):
                _date = Single(lines);
                return true;
            case 11 when Is(name, "Retry-After"):
                _retryAfter = Single(lines);
                _contradicted = _retryAfter is null;
                return true;
            case 12 when Is(name, "X-From-Cache"):
                _isMarkedCached = true;
                return true;
            case 14 when Is(name, "retry-after-ms"):
                _retryAfterMs = Single(lines);
                return true;
            case 14 when Is(name, "x-should-retry"):
                TakeShouldRetry(lines);
                return true;
            case 19 when Is(name, "x-ms-retry-after-ms"):
                _azureRetryAfterMs = Single(lines);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether a hint of the first rank is there, one that no other hint and no body outranks.</summary>
    public static bool NamesWait(HttpHeadersNonValidated headers) =>
        headers.Contains("Retry-After") || headers.Contains("retry-after-ms") || headers.Contains("x-ms-retry-after-ms");

    public void TakeShouldRetry(HeaderStringValues lines) => ShouldRetry = bool.TryParse(Single(lines), out bool value) ? value : null;

    /// <summary>
    /// The server's clock when it answered, to one second and never ahead of it; the local clock when there is no <c>Date</c>. <c>Age</c> is not added: it
    /// could only make waits shorter, on the word of whoever stands between.
    /// </summary>
    public readonly DateTimeOffset ServerNow(in ProviderAnswer answer) =>
        IsFixdate(_date) && HttpDate.TryParse(_date, default, out DateTimeOffset date) ? date : ServerNow(answer.Now);

    /// <inheritdoc cref="ServerNow(in ProviderAnswer)"/>
    public readonly DateTimeOffset ServerNow(DateTimeOffset localNow) => HttpDate.TryParse(_date, localNow, out DateTimeOffset date) ? date : localNow;

    /// <summary>The hints of first rank: <c>retry-after-ms</c>, then <c>Retry-After</c>.</summary>
    public readonly ServerWait Wait(DateTimeOffset serverNow)
    {
        if (WireDuration.TryParseMilliseconds(_retryAfterMs, out TimeSpan wait))
        {
            return new(wait, "retry-after-ms names the wait");
        }

        if (WireDuration.TryParseMilliseconds(_azureRetryAfterMs, out wait))
        {
            return new(wait, "x-ms-retry-after-ms names the wait");
        }

        if (RetryAfter.TryParse(_retryAfter, serverNow, out wait))
        {
            return new(wait, "Retry-After names the wait");
        }

        return _retryAfter is null && !_contradicted ? ServerWait.None : new(null, "Retry-After does not parse and no other usable wait is named");
    }

    /// <summary>The verdict: what was found, what the provider says about repeating, and how long it asks to wait.</summary>
    public readonly Verdict Conclude(in Finding finding, in ServerWait wait, string? resource = null)
    {
        if (finding.Kind == VerdictKind.Ok)
        {
            return wait.IsKnown
                ? new Verdict(VerdictKind.Ok, Sentence(finding.Reason, wait.Source)) { Wait = wait.Time, WaitIsUpperBound = wait.IsUpperBound, Resource = resource }
                : Verdict.Ok;
        }

        if (ShouldRetry == false)
        {
            return new Verdict(finding.Kind, Sentence(finding.Reason, "the provider forbids a retry")) { Retry = false, Resource = resource };
        }

        VerdictKind kind = finding.Kind == VerdictKind.Fatal && ShouldRetry == true ? VerdictKind.Transient : finding.Kind;
        if (kind == VerdictKind.Fatal)
        {
            return new Verdict(kind, finding.Reason + ".");
        }

        return new Verdict(kind, Sentence(finding.Reason, wait.Source)) { Wait = wait.Time, WaitIsUpperBound = wait.IsUpperBound, Resource = resource };
    }

    /// <summary>The value of a header that is no list; several lines are unusable unless they all say the same.</summary>
    public static string? Single(HeaderStringValues lines) => HeaderLines.TryGetSingle(lines, out string? value) ? value : null;

    /// <summary>
    /// The name that the server gives a quota; null when there is none or it can't be one: too long, or with characters that would do something to whoever reads a log.
    /// </summary>
    public static string? QuotaName(HeaderStringValues lines) =>
        Single(lines) is { Length: > 0 and <= MaxQuotaName } name && IsPrintable(name) ? name : null;

    /// <inheritdoc cref="HeaderLines.Is"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(string name, string expected) => HeaderLines.Is(name, expected);

    // A loop, for names of a few letters: until it is compiled for good, the vectorised search allocates.
    private static bool IsPrintable(string name)
    {
        foreach (char c in name)
        {
            if (c is < ' ' or > '~')
            {
                return false;
            }
        }

        return true;
    }

    private static string Sentence(string reason, string source)
    {
        ref Said? slot = ref Latest[(reason.Length + source.Length) & (Slots - 1)];
        Said? said = Volatile.Read(ref slot);
        if (said is null || said.Reason != reason || said.Source != source)
        {
            said = new Said(reason, source, $"{reason}; {source}.");
            Volatile.Write(ref slot, said);
        }

        return said.Sentence;
    }

    // The form that everybody sends names its year in full: the local clock need not be looked at.
    private static bool IsFixdate(string? date) => date is [_, _, _, ',', ..];

    private sealed record Said(string Reason, string Source, string Sentence);
}
