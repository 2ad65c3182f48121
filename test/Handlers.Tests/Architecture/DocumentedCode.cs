using Handlers.Tests.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Architecture;

/// <summary>Code that stands in the documents and in no sample.</summary>
internal static class DocumentedCode
{
    public static void OwnProvider(IServiceCollection services)
    {
        services.AddSingleton<Provider>(new AcmeProvider());
    }

    public static void Retry(IServiceCollection services)
    {
        services.AddHttpClient("orders")
            .AddResilienceHandlers(options => options.Retry.MaxRetries = 5);
    }
}
