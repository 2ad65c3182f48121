using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Handlers.Idempotency;

/// <summary>An answer that can be given any number of times, and its form in a store: a version, then status, fields and body, each with its length.</summary>
internal sealed class StoredAnswer
{
    /// <summary>Marks an answer as that of another call.</summary>
    public const string ReplayedField = "Idempotent-Replayed";

    private const byte FormatVersion = 1;

    // They speak of the connection that the first answer came by (RFC 9110 §7.6.1).
    private static readonly string[] HopByHop =
        ["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "Trailer", "TE"];

    public required int Status { get; init; }

    public required string Reason { get; init; }

    public required Version Version { get; init; }

    public required (string Name, string[] Lines)[] Fields { get; init; }

    public required (string Name, string[] Lines)[] ContentFields { get; init; }

    public required (string Name, string[] Lines)[] Trailers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public static StoredAnswer Of(HttpResponseMessage response, ReadOnlyMemory<byte> body) => new()
    {
        Status = (int)response.StatusCode,
        Reason = response.ReasonPhrase ?? "",
        Version = response.Version,
        Fields = Copy(response.Headers),
        ContentFields = Copy(response.Content.Headers),
        Trailers = Copy(response.TrailingHeaders),
        Body = body,
    };

    /// <summary>Null when it is none of ours, or damaged.</summary>
    public static StoredAnswer? Read(ReadOnlyMemory<byte> stored)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(stored.ToArray()), Encoding.UTF8);
            if (reader.ReadByte() != FormatVersion)
            {
                return null;
            }

            return new StoredAnswer
            {
                Status = reader.ReadInt32(),
                Reason = reader.ReadString(),
                Version = new Version(reader.ReadByte(), reader.ReadByte()),
                Fields = ReadFields(reader),
                ContentFields = ReadFields(reader),
                Trailers = ReadFields(reader),
                Body = ReadBody(reader),
            };
        }
        catch (Exception damage) when (damage is IOException or FormatException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    public byte[] Write()
    {
        using var stream = new MemoryStream(Body.Length + 512);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(FormatVersion);
            writer.Write(Status);
            writer.Write(Reason);
            writer.Write((byte)Version.Major);
            writer.Write((byte)Version.Minor);
            WriteFields(writer, Fields);
            WriteFields(writer, ContentFields);
            WriteFields(writer, Trailers);
            writer.Write(Body.Length);
            writer.Write(Body.Span);
        }

        return stream.ToArray();
    }

    public HttpResponseMessage Make(HttpRequestMessage request, bool replayed)
    {
        var response = new HttpResponseMessage((HttpStatusCode)Status)
        {
            ReasonPhrase = Reason,
            Version = Version,
            RequestMessage = request,
            Content = new ReadOnlyMemoryContent(Body),
        };
        Add(response.Headers, Fields);
        Add(response.Content.Headers, ContentFields);
        Add(response.TrailingHeaders, Trailers);
        if (replayed)
        {
            response.Headers.Remove(ReplayedField);
            response.Headers.TryAddWithoutValidation(ReplayedField, "true");
        }

        return response;
    }

    private static (string Name, string[] Lines)[] Copy(HttpHeaders headers)
    {
        var fields = new List<(string, string[])>(headers.NonValidated.Count);
        foreach ((string name, HeaderStringValues lines) in headers.NonValidated)
        {
            if (!HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                fields.Add((name, [.. lines]));
            }
        }

        return [.. fields];
    }

    private static void Add(HttpHeaders headers, (string Name, string[] Lines)[] fields)
    {
        foreach ((string name, string[] lines) in fields)
        {
            headers.TryAddWithoutValidation(name, lines);
        }
    }

    private static void WriteFields(BinaryWriter writer, (string Name, string[] Lines)[] fields)
    {
        writer.Write(fields.Length);
        foreach ((string name, string[] lines) in fields)
        {
            writer.Write(name);
            writer.Write(lines.Length);
            foreach (string line in lines)
            {
                writer.Write(line);
            }
        }
    }

    private static (string Name, string[] Lines)[] ReadFields(BinaryReader reader)
    {
        var fields = new List<(string, string[])>();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            string name = reader.ReadString();
            var lines = new List<string>();
            for (int more = reader.ReadInt32(); more > 0; more--)
            {
                lines.Add(reader.ReadString());
            }

            fields.Add((name, [.. lines]));
        }

        return [.. fields];
    }

    private static byte[] ReadBody(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        return length >= 0 && length == reader.BaseStream.Length - reader.BaseStream.Position
            ? reader.ReadBytes(length)
            : throw new FormatException("The body is not as long as it says.");
    }
}
