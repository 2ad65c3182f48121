using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Handlers.Testing.Hosting;

/// <summary>
/// A loopback port that answers every connection with the same bytes, valid HTTP or not: garbage for a status line, a wrong length, three
/// bytes and silence. For what a proper server cannot be made to do.
/// </summary>
/// <example><code language="csharp">
/// await using var server = RawServer.Answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", RawEnding.Stall);
/// </code></example>
public sealed class RawServer : IAsyncDisposable
{
    // Bound and never listening: a port that was let go could be somebody else's a moment later.
    private static readonly Lazy<Socket> Nobody = new(static () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    });

    private readonly TcpListener _listener;
    private readonly byte[] _answer;
    private readonly RawEnding _ending;
    private readonly bool _reads;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _requests = [];
    private readonly List<Socket> _fillers = [];
    private Task _accepting = Task.CompletedTask;
    private int _connections;

    private RawServer(string answer, RawEnding ending, bool reads, int backlog)
    {
        _answer = Encoding.Latin1.GetBytes(answer);
        _ending = ending;
        _reads = reads;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start(backlog);
        BaseAddress = AddressOf(_listener.LocalEndpoint);
    }

    /// <summary>Where it listens: http, and for a failing TLS handshake the same with https.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Requests read so far, headers and body as they came.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Reads one request from each connection, sends these bytes (Latin-1) and ends the connection in the given way.</summary>
    public static RawServer Answer(string answer, RawEnding ending = RawEnding.Close) => Start(answer, ending, reads: true);

    /// <summary>Ends each connection without reading from it.</summary>
    public static RawServer Unread(RawEnding ending = RawEnding.Close) => Start("", ending, reads: false);

    /// <summary>Listens and never accepts: further connections hang until the client's connect timeout. Linux only; elsewhere they succeed or are refused.</summary>
    public static async Task<RawServer> NeverAcceptAsync()
    {
        const int EnoughForAnyBacklog = 64;
        var server = new RawServer("", RawEnding.Stall, reads: false, backlog: 0);
        for (int i = 0; i < EnoughForAnyBacklog; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            server._fillers.Add(filler);
            Task connect = filler.ConnectAsync(server._listener.LocalEndpoint);

            // Whoever is left hanging fails minutes later, when nobody waits any more.
            _ = connect.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            try
            {
                await connect.WaitAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!IsConnected(filler))
            {
                break; // the queue is full
            }
            catch (TimeoutException)
            {
                // The kernel has connected it, and a busy pool has not said so yet.
            }
        }

        return server;
    }

    /// <summary>An address on which nobody listens as long as this process lives: connections are refused.</summary>
    public static Uri ClosedPort() => AddressOf(Nobody.Value.LocalEndPoint!);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        _fillers.ForEach(static filler => filler.Dispose());
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static RawServer Start(string answer, RawEnding ending, bool reads)
    {
        const int Backlog = 512;
        var server = new RawServer(answer, ending, reads, Backlog);
        server._accepting = server.AcceptAsync();
        return server;
    }

    private static bool IsConnected(Socket socket) => socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite);

    private static Uri AddressOf(EndPoint endpoint) => new($"http://127.0.0.1:{((IPEndPoint)endpoint).Port}/");

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped; a listener that is told so between two connections says that it does not listen.
            await Task.WhenAll(serving).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                if (_reads)
                {
                    string request = await ReadRequestAsync(connection).ConfigureAwait(false);
                    lock (_requests)
                    {
                        _requests.Add(request);
                    }
                }

                await connection.SendAsync(_answer, _stop.Token).ConfigureAwait(false);
                if (_ending == RawEnding.Stall)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token).ConfigureAwait(false);
                }

                if (_ending == RawEnding.Reset)
                {
                    connection.LingerState = new LingerOption(enable: true, seconds: 0);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Stopped, or the client went first.
            }
        }
    }

    private async Task<string> ReadRequestAsync(Socket connection)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!IsWhole(text.ToString()))
        {
            int read = await connection.ReceiveAsync(buffer, _stop.Token).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    private static bool IsWhole(string request)
    {
        const string Length = "\r\nContent-Length:";
        int headers = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (headers < 0)
        {
            return false;
        }

        int at = request.IndexOf(Length, 0, headers, StringComparison.OrdinalIgnoreCase);
        if (at >= 0)
        {
            int start = at + Length.Length;
            int end = request.IndexOf("\r\n", start, StringComparison.Ordinal);
            return int.TryParse(request.AsSpan(start, end - start).Trim(), out int length) && request.Length >= headers + 4 + length;
        }

        return !request.AsSpan(0, headers).Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)
            || request.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal);
    }
}
