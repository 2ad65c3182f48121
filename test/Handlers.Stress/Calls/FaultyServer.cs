using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Handlers.Stress.Calls;

/// <summary>
/// A server on bare sockets that does what Kestrel can't be made to do. The path says what: wrong lengths, garbage, headers of a megabyte, headers and bodies
/// that trickle, connections that die before, in and after the answer.
/// </summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    /// <summary>What it can be asked for; plain answers are as many as all faults together.</summary>
    public static readonly string[] Acts =
    [
        "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok",
        "close", "reset", "reset-in-headers", "reset-in-body", "reset-after", "length-too-long", "length-too-short", "length-twice", "length-negative",
        "chunks-cut", "chunks-garbage", "garbage", "no-length", "silence", "slow-headers", "slow-body",
        "megabyte-field", "megabyte-fields", "too-much", "early-hints", "odd-retry-after",
    ];

    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    private const int Megabyte = 1024 * 1024;

    private static readonly TimeSpan Trickle = TimeSpan.FromMilliseconds(20);
    private static readonly byte[] MegabyteField = Bytes($"{Ok}Content-Length: 2\r\nRateLimit: {new string('9', Megabyte)}\r\n\r\nok");
    private static readonly byte[] MegabyteFields = Bytes($"{Ok}Content-Length: 2\r\n{string.Concat(Enumerable.Repeat($"Retry-After: {new string('7', 86)}\r\n", 10_000))}\r\nok");
    private static readonly byte[] TooMuch = Bytes($"{Ok}Content-Length: 2\r\nX-A: {new string('a', 3 * Megabyte)}\r\n\r\nok");
    private static readonly byte[] EarlyHints = Bytes(string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 100)) + Ok + "Content-Length: 2\r\n\r\nok");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, Task> _serving = new();
    private readonly Task _accepting;
    private int _connections;

    public FaultyServer()
    {
        _listener.Start(backlog: 512);
        BaseAddress = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri BaseAddress { get; }

    /// <summary>Who is told of requests: method, attempt, write. Set before the first connection.</summary>
    public Action<string, string?, string?> Arrived { get; set; } = static (_, _, _) => { };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_serving.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptSocketAsync(_stop.Token);
                _serving[connection] = Task.CompletedTask;
                Task serving = ServeAsync(connection, Interlocked.Increment(ref _connections));
                _serving.TryUpdate(connection, serving, Task.CompletedTask);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket connection, int number)
    {
        connection.NoDelay = true;
        try
        {
            // One in fifty dies before anything is read.
            bool goesOn = number % 50 != 0;
            byte[] buffer = new byte[16 * 1024];
            while (goesOn && await ReadAsync(connection, buffer) is { } path)
            {
                goesOn = await ActAsync(connection, path);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped, or the client went first.
        }
        finally
        {
            _serving.TryRemove(connection, out _);
            connection.Dispose();
        }
    }

    /// <summary>Reads one request whole and tells of it; null when the client has gone, or sends more than an attempt of ours is large.</summary>
    private async Task<string?> ReadAsync(Socket connection, byte[] buffer)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int read = await connection.ReceiveAsync(buffer.AsMemory(filled), _stop.Token);
            if (read == 0)
            {
                return null;
            }

            filled += read;
            int end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                continue;
            }

            string[] head = Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n");
            if (filled >= end + 4 + Journal.NumberOf(Field(head, "Content-Length")))
            {
                string[] line = head[0].Split(' ');
                Arrived(line[0], Field(head, Journal.Attempt), Field(head, Journal.Write));
                return line[1].TrimStart('/');
            }
        }

        return null;
    }

    /// <summary>Answers; false when the connection is done with.</summary>
    private async Task<bool> ActAsync(Socket connection, string act)
    {
        switch (act)
        {
            case "close":
                return false;
            case "reset":
                return Reset(connection);
            case "reset-in-headers":
                return await SendAsync(connection, Bytes(Ok + "Content-Le")) && Reset(connection);
            case "reset-in-body":
                return await SendAsync(connection, Bytes(Ok + "Content-Length: 100\r\n\r\nabc")) && await ThenResetAsync(connection);
            case "reset-after":
                return await SendAsync(connection, Bytes(Ok + "Content-Length: 2\r\n\r\nok")) && await ThenResetAsync(connection);
            case "length-too-long":
                return await SendAsync(connection, Bytes(Ok + "Content-Length: 100\r\n\r\nabc")) && false;
            case "length-too-short":
                return await SendAsync(connection, Bytes(Ok + "Content-Length: 2\r\n\r\nok and some more"));
            case "length-twice":
                return await SendAsync(connection, Bytes(Ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok")) && false;
            case "length-negative":
                return await SendAsync(connection, Bytes(Ok + "Content-Length: -2\r\n\r\nok")) && false;
            case "chunks-cut":
                return await SendAsync(connection, Bytes(Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc")) && false;
            case "chunks-garbage":
                return await SendAsync(connection, Bytes(Ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n")) && false;
            case "garbage":
                return await SendAsync(connection, Bytes("lorem ipsum dolor sit amet\r\n\r\n")) && false;
            case "no-length":
                return await SendAsync(connection, Bytes(Ok + "Connection: close\r\n\r\nok")) && false;
            case "silence":
                await connection.ReceiveAsync(new byte[1], _stop.Token); // until the client has gone
                return false;
            case "slow-headers":
                return await TrickleAsync(connection, Bytes(Ok + "X-Slow: " + new string('z', 500)));
            case "slow-body":
                return await SendAsync(connection, Bytes(Ok + "Content-Length: 500\r\n\r\n")) && await TrickleAsync(connection, new byte[500]);
            case "megabyte-field":
                return await SendAsync(connection, MegabyteField);
            case "megabyte-fields":
                return await SendAsync(connection, MegabyteFields);
            case "too-much":
                return await SendAsync(connection, TooMuch);
            case "early-hints":
                return await SendAsync(connection, EarlyHints);
            case "odd-retry-after":
                return await SendAsync(connection, Bytes("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: soon, or later\r\nRetry-After: -1\r\n\r\n"));
            default:
                return await SendAsync(connection, Bytes(Ok + "Content-Length: 2\r\n\r\nok"));
        }
    }

    private async Task<bool> SendAsync(Socket connection, byte[] bytes)
    {
        ReadOnlyMemory<byte> left = bytes;
        while (!left.IsEmpty)
        {
            left = left[await connection.SendAsync(left, _stop.Token)..];
        }

        return true;
    }

    private async Task<bool> TrickleAsync(Socket connection, byte[] bytes)
    {
        foreach (byte one in bytes)
        {
            await connection.SendAsync(new[] { one }, _stop.Token);
            await Task.Delay(Trickle, TimeProvider.System, _stop.Token);
        }

        return false;
    }

    private async Task<bool> ThenResetAsync(Socket connection)
    {
        // What the client's kernel holds unread is lost with a reset: let it be read first.
        await Task.Delay(Trickle, TimeProvider.System, _stop.Token);
        return Reset(connection);
    }

    private static bool Reset(Socket connection)
    {
        connection.LingerState = new LingerOption(enable: true, seconds: 0);
        return false;
    }

    private static string? Field(string[] head, string name) =>
        head.FirstOrDefault(line => line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
