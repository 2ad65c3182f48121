using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Handlers.Sockets.Tests.Support;

/// <summary>A TLS server without ALPN, hence HTTP/1.1: a client that insists on another version finds none in common.</summary>
internal sealed class Http1TlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly Task _accepting;
    private int _bytesRead;

    public Http1TlsServer()
    {
        _listener.Start();
        BaseAddress = new Uri($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri BaseAddress { get; }

    /// <summary>What clients sent after the handshake.</summary>
    public int BytesRead => Volatile.Read(ref _bytesRead);

    public bool IsOurs(X509Certificate? certificate) => certificate?.GetCertHashString() == _certificate.GetCertHashString();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                await using var tls = new SslStream(connection.GetStream());
                var options = new SslServerAuthenticationOptions { ServerCertificate = _certificate };
                await tls.AuthenticateAsServerAsync(options, _stop.Token);
                Interlocked.Add(ref _bytesRead, await tls.ReadAsync(new byte[4096], _stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // Stopped, or the client went first.
            }
        }
    }
}
