using System.Net.Http.Headers;
using System.Text;

namespace Handlers.Tests.Providers;

/// <summary>An answer written down in a test, walked through a provider as the chain does: plan, ask for the body, interpret.</summary>
internal sealed class AnswerText
{
    private readonly HttpResponseHeaders _headers = new HttpResponseMessage().Headers;

    public string Method { get; init; } = "GET";

    public string Url { get; init; } = "https://api.example.com/v1/things";

    public HttpContent? Content { get; init; }

    public int Status { get; init; } = 200;

    public string Body { get; init; } = "";

    public DateTimeOffset Now { get; init; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public int Retries { get; init; }

    public TimeSpan LastPause { get; init; }

    public RateLimitOptions Options { get; init; } = new();

    public string? MediaType { get; set; } = "application/json";

    /// <summary>Header lines; a name may come more than once.</summary>
    public IEnumerable<(string Name, string Value)> Headers
    {
        init
        {
            foreach ((string name, string text) in value)
            {
                if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
                {
                    MediaType = text.Split(';')[0].Trim();
                }
                else
                {
                    _headers.TryAddWithoutValidation(name, text);
                }
            }
        }
    }

    public static TimeSpan? Seconds(double? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    public HttpHeadersNonValidated Raw => _headers.NonValidated;

    public override string ToString() => $"{Method} {Url} => {Status}, {string.Join(", ", Raw.Select(header => $"{header.Key}: {header.Value}"))}, {Body}";

    public CallPlan PlanBy(Provider provider) => provider.Plan(new HttpRequestMessage(new HttpMethod(Method), Url) { Content = Content });

    public Verdict JudgeBy(Provider provider)
    {
        CallPlan plan = PlanBy(provider);
        byte[] body = provider.NeedsBody(Status, MediaType, plan) ? Encoding.UTF8.GetBytes(Body) : [];
        return provider.Interpret(new ProviderAnswer
        {
            Method = new HttpMethod(Method),
            Uri = new Uri(Url),
            Plan = plan,
            Status = Status,
            Headers = Raw,
            MediaType = MediaType,
            Body = body,
            Now = Now,
            Retries = Retries,
            LastPause = LastPause,
            Options = Options,
        });
    }

    /// <summary>Would the stack with default settings send this request again? A small model of the retry handler's decision.</summary>
    public bool IsResent(in Verdict verdict, in CallPlan plan)
    {
        bool isSafe = plan.Replay switch
        {
            ReplaySafety.Safe => true,
            ReplaySafety.Unsafe => false,
            _ => Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE",
        };
        bool mayRepeat = verdict.Kind switch
        {
            VerdictKind.RateLimited => true,
            VerdictKind.Transient => isSafe || plan.IdempotencyHeader is not null || verdict.Retry == true,
            _ => false,
        };
        return mayRepeat && verdict.Retry != false && (verdict.Wait is not { } wait || wait <= Options.MaxServerWait);
    }
}
