using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Fallback;

/// <summary>Code that stands in docs/fallback.md.</summary>
internal static class DocumentedFallback
{
    public static void Models(IServiceCollection services)
    {
        services.AddHttpClient("openai").AddResilienceHandlers(options => options.Fallback.Models = "gpt-5-mini, gpt-5-nano");
    }

    public static void Route(IServiceCollection services, Translator translator)
    {
        services.AddHttpClient("chat").AddResilienceHandlers(options => options.Fallback.Route = async (request, report, token) =>
            report.Verdict is VerdictKind.QuotaExhausted or VerdictKind.RateLimited ? await translator.AskAsync(request, token) : null);
    }

    internal abstract class Translator
    {
        public abstract Task<HttpResponseMessage?> AskAsync(HttpRequestMessage request, CancellationToken token);
    }
}
