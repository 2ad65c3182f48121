using System.Globalization;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.Stress;

/// <summary>
/// Mutated answers through every provider. Invariants: no exception, no negative wait, no observation that is out of range, and no wait shorter than the
/// strictest valid hint: the first of retry-after-ms and Retry-After that is well-formed, as read here by a second, slow and plain implementation.
/// </summary>
internal static class Fuzz
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly RateLimitOptions Options = new();
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static int Run(Arguments arguments)
    {
        Captured[] captured = Captured.All();
        TimeSpan limit = arguments.Limit ?? Longest;
        ProviderTable table = new([]);
        TimeProvider time = TimeProvider.System;
        long started = time.GetTimestamp();
        long done = 0;
        List<string> broken = [];
        Console.WriteLine($"fuzz: {arguments.Count} mutations of {captured.Length} captured answers, at most {limit.TotalSeconds:0} s, seed {arguments.Seed}");
        Parallel.For(0, Environment.ProcessorCount, worker =>
        {
            Random random = new(arguments.Seed + worker);
            Mutation mutation = new(random);
            int share = arguments.Count / Environment.ProcessorCount;
            for (int i = 0; i < share && time.GetElapsedTime(started) < limit; i++)
            {
                Captured one = captured[random.Next(captured.Length)];
                Provider provider = table.Named(one.Provider)!;
                if (Check(provider, one, mutation, random) is { } fault)
                {
                    lock (broken)
                    {
                        broken.Add(fault);
                    }
                }

                Interlocked.Increment(ref done);
            }
        });

        foreach (string fault in broken.Take(20))
        {
            Console.WriteLine(fault);
        }

        Console.WriteLine($"fuzz: {done} mutations in {time.GetElapsedTime(started).TotalSeconds:0.0} s, {broken.Count} broke an invariant");
        return broken.Count == 0 && done > 0 ? 0 : 1;
    }

    private static string? Check(Provider provider, Captured one, Mutation mutation, Random random)
    {
        int status = mutation.Status(one.Status);
        List<(string Name, string Value)> headers = mutation.Headers(one.Headers);
        byte[] body = mutation.Body(one.Body);
        using HttpResponseMessage response = new();
        foreach ((string name, string value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using HttpRequestMessage request = new(new HttpMethod(one.Method), one.Url) { Content = new ByteArrayContent(body) };
            CallPlan plan = provider.Plan(request);
            bool reads = provider.NeedsBody(status, "application/json", plan);
            Verdict verdict = provider.Interpret(new ProviderAnswer
            {
                Method = request.Method,
                Uri = request.RequestUri!,
                Plan = plan,
                Status = status,
                Headers = response.Headers.NonValidated,
                Body = reads ? body : default,
                Now = Now,
                Retries = random.Next(4),
                Options = Options,
            });
            return Fault(verdict, status, response.Headers.NonValidated) is { } fault ? $"{fault}: {Describe()}" : null;
        }
        catch (Exception failure)
        {
            return $"{failure.GetType().Name}: {failure.Message}: {Describe()}";
        }

        string Describe() =>
            $"{provider.Name} {one.Method} {one.Url} => {status} {string.Join(" | ", headers)} {System.Text.Encoding.UTF8.GetString(body)}";
    }

    private static string? Fault(in Verdict verdict, int status, HttpHeadersNonValidated headers)
    {
        if (verdict.Wait < TimeSpan.Zero)
        {
            return $"a negative wait of {verdict.Wait}";
        }

        for (int i = 0; i < verdict.Observed.Count; i++)
        {
            QuotaObservation seen = verdict.Observed[i];
            if (seen.Limit < -1 || seen.Remaining < -1 || seen.Cost < -1 || (seen.Reset < TimeSpan.Zero && seen.Reset != Timeout.InfiniteTimeSpan))
            {
                return $"an observation out of range: {seen}";
            }
        }

        // Of what is repeated: a refusal that nobody waits out names no wait.
        bool waits = verdict.Kind is VerdictKind.RateLimited or VerdictKind.Transient && verdict.Retry != false && status is 429 or >= 500;
        return waits && StrictestHint(headers) is { } hint && hint <= WireDuration.Longest && (verdict.Wait is null || verdict.Wait < hint) ? $"a wait of {verdict.Wait} where {hint} was asked for" : null;
    }

    /// <summary>What the well-formed hint of the highest rank asks for: plain numbers, or an IMF-fixdate beside a Date. Null where that can't be said this simply.</summary>
    private static TimeSpan? StrictestHint(HttpHeadersNonValidated headers)
    {
        foreach ((string name, decimal unit) in (ReadOnlySpan<(string, decimal)>)[("retry-after-ms", 0.001m), ("x-ms-retry-after-ms", 0.001m), ("Retry-After", 1)])
        {
            string? text = Single(headers, name)?.Trim(' ', '\t');
            bool isNumber = text is { Length: > 0 } && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1])
                && text.All(c => char.IsAsciiDigit(c) || c == '.') && text.Count(c => c == '.') <= 1;
            if (isNumber)
            {
                return text!.Length < 11 ? TimeSpan.FromTicks((long)(decimal.Parse(text, CultureInfo.InvariantCulture) * unit * TimeSpan.TicksPerSecond)) : null;
            }
        }

        bool isDate = TryDate(Single(headers, "Retry-After"), out DateTimeOffset until) & TryDate(Single(headers, "Date"), out DateTimeOffset date);
        return isDate && until > date ? until - date : null;
    }

    private static bool TryDate(string? text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date);

    // Lines that repeat one another are one.
    private static string? Single(HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out HeaderStringValues values) && values.Distinct(StringComparer.Ordinal).Count() == 1 ? values.First() : null;
}
