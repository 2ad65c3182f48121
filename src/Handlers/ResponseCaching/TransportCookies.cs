using System.Net;

namespace Handlers.ResponseCaching;

/// <summary>The cookies that the transport adds to a request on its own, unseen on any message: those of a container that it keeps.</summary>
internal sealed class TransportCookies(DelegatingHandler handler)
{
    private CookieContainer? _container;
    private bool _isLookedFor;

    /// <summary>Null where there are none.</summary>
    public string? For(Uri? uri)
    {
        if (!_isLookedFor)
        {
            _container = OperatingSystem.IsBrowser() ? null : Find(handler.InnerHandler);
            _isLookedFor = true;
        }

        return _container is { Count: > 0 } cookies && uri is { IsAbsoluteUri: true } && cookies.GetCookieHeader(uri) is { Length: > 0 } header ? header : null;
    }

    private static CookieContainer? Find(HttpMessageHandler? transport)
    {
        while (transport is DelegatingHandler between)
        {
            transport = between.InnerHandler;
        }

        return transport switch
        {
            SocketsHttpHandler { UseCookies: true } sockets => sockets.CookieContainer,
            HttpClientHandler { UseCookies: true } client => client.CookieContainer,
            _ => null,
        };
    }
}
