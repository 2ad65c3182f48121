using System.Diagnostics.CodeAnalysis;
using Handlers;
using Handlers.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the status page of the resilience handlers.</summary>
public static class ResilienceEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a page that shows circuits, quotas, queues and calls live, with <c>/snapshot</c> and <c>/history</c> (JSON) and <c>/events</c> (server-sent events) below
    /// it. It answers only this machine unless authorization is added to what is returned, or <see cref="ResilienceStatusOptions.AllowRemote"/> is set.
    /// </summary>
    /// <remarks>
    /// A reverse proxy on the same machine that asks for <c>localhost</c> and adds no header of its own can't be told from a person at this machine, and neither can those
    /// behind it. Behind one add <c>RequireAuthorization()</c>, or let it pass the host on (nginx: <c>proxy_set_header Host $host</c>).
    /// </remarks>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">Where. Default <c>/resilience</c>.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>For conventions, such as <c>RequireAuthorization()</c>.</returns>
    /// <exception cref="InvalidOperationException">No client has resilience handlers, or actions are allowed without antiforgery services.</exception>
    public static IEndpointConventionBuilder MapResilienceStatus(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/resilience", Action<ResilienceStatusOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var options = new ResilienceStatusOptions();
        configure?.Invoke(options);
        return StatusEndpoints.Map(endpoints, pattern, options);
    }
}
