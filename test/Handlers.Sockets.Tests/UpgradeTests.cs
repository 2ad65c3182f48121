using System.Net;
using System.Net.WebSockets;
using System.Text;
using Handlers.Sockets.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Handlers.Sockets.Tests;

/// <summary>What HTTP can carry besides a body: a connection that the caller goes on with, and fields behind the body.</summary>
public sealed class UpgradeTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_WebSocket_over_the_client_works_and_holds_no_slot(HttpProtocols protocol)
    {
        await using WebApplication server = await StartAsync(protocol);
        using var app = new SocketApp(AddressOf(server), options => options.Pacing.MaxConcurrency = 1);
        using HttpClient client = app.Create();
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = VersionOf(protocol);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        await socket.ConnectAsync(new UriBuilder(AddressOf(server)) { Scheme = "ws", Path = "echo" }.Uri, client, CancellationToken.None);
        string first = await EchoAsync(socket, "first");
        using HttpResponseMessage meanwhile = await client.SendAsync(Get("trailers", protocol));
        string second = await EchoAsync(socket, "second");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        first.ShouldBe("first");
        meanwhile.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.ShouldBe("second");
    }

    [Fact]
    public async Task Trailers_are_there_when_the_body_has_been_read()
    {
        await using WebApplication server = await StartAsync(HttpProtocols.Http2);
        using var app = new SocketApp(AddressOf(server));
        using HttpClient client = app.Create();

        using HttpResponseMessage response = await client.SendAsync(Get("trailers", HttpProtocols.Http2), HttpCompletionOption.ResponseHeadersRead);
        string body = await response.Content.ReadAsStringAsync();

        body.ShouldBe("body");
        response.TrailingHeaders.GetValues("X-Sum").ShouldBe(["42"]);
    }

    private static async Task<WebApplication> StartAsync(HttpProtocols protocol)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
        WebApplication server = builder.Build();
        server.UseWebSockets();
        server.Map("/echo", async (HttpContext context) =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            byte[] buffer = new byte[100];
            while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: WebSocketMessageType.Text } message)
            {
                await socket.SendAsync(buffer.AsMemory(0, message.Count), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        });
        server.Map("/trailers", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("body");
            if (context.Response.SupportsTrailers())
            {
                context.Response.AppendTrailer("X-Sum", "42");
            }
        });
        await server.StartAsync();
        return server;
    }

    private static Uri AddressOf(WebApplication server) =>
        new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private static Version VersionOf(HttpProtocols protocol) => protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;

    private static HttpRequestMessage Get(string path, HttpProtocols protocol) =>
        new(HttpMethod.Get, path) { Version = VersionOf(protocol), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        byte[] buffer = new byte[100];
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        WebSocketReceiveResult message = await socket.ReceiveAsync(buffer, CancellationToken.None);
        return Encoding.UTF8.GetString(buffer, 0, message.Count);
    }
}
