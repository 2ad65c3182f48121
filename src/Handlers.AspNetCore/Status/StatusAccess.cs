using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Handlers.AspNetCore;

/// <summary>Who may look: everybody whom the endpoint's authorization lets in; without one, this machine alone.</summary>
internal static class StatusAccess
{
    private static readonly string[] ProxyHeaders =
        ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "X-Envoy-External-Address", "X-ARR-LOG-ID"];

    private static readonly string[] ProxyPrefixes = ["X-Forwarded-", "X-Original-"];

    public static bool Allows(HttpContext context, ResilienceStatusOptions options) =>
        options.AllowRemote || IsAuthorized(context.GetEndpoint()) || IsLocal(context);

    /// <summary>The authorization middleware has let this request in; without that middleware the framework refuses to serve such an endpoint.</summary>
    private static bool IsAuthorized(Endpoint? endpoint) =>
        endpoint is not null
        && endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null
        && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    /// <summary>
    /// A loopback address alone proves little: a proxy on this machine has one, and so has a browser here that a foreign page sends to a name which resolves to
    /// 127.0.0.1 (DNS rebinding). The host that was asked for tells them apart; and where a proxy asks for its own upstream (nginx does, unless told otherwise), what it adds,
    /// or that it speaks HTTP/1.0, which nothing else does that a person looks at a page with.
    /// </summary>
    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } remote
        && IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote)
        && IsLocalName(context.Request.Host.Host)
        && !HttpProtocol.IsHttp10(context.Request.Protocol)
        && !context.Request.Headers.Keys.Any(IsOfProxy);

    private static bool IsOfProxy(string header) =>
        ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase)
        || Array.Exists(ProxyPrefixes, prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
