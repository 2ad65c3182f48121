using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.AspNetCore.Tests.Support;

/// <summary>Code that stands in the documents and in no test.</summary>
internal static class DocumentedCode
{
    public static void Map(WebApplication app)
    {
        app.MapResilienceStatus("/resilience");
    }

    public static void MapForOperators(WebApplication app)
    {
        app.MapResilienceStatus("/resilience", status => status.AllowActions = true).RequireAuthorization("ops");
    }

    public static void Health(IServiceCollection services)
    {
        services.AddHealthChecks().AddResilience();
    }
}
