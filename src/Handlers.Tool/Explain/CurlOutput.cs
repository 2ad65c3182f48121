using System.Globalization;
using System.Text;

namespace Handlers.Tool.Explain;

/// <summary>Reads what <c>curl -i</c> prints: status line, headers, an empty line, the body. With several answers (100, a proxy's, redirects) the last counts.</summary>
internal static class CurlOutput
{
    public static bool Looks(ReadOnlySpan<byte> input) => input.StartsWith("HTTP/"u8);

    /// <param name="input">The bytes.</param>
    /// <param name="method">The request's method, which the output does not tell.</param>
    /// <param name="url">The request's URL, likewise.</param>
    /// <param name="now">The local clock.</param>
    /// <exception cref="BadAnswerException">It is no HTTP answer.</exception>
    public static AnswerRecord Read(ReadOnlySpan<byte> input, HttpMethod method, Uri url, DateTimeOffset now)
    {
        int status;
        List<(string Name, string Value)> headers;
        do
        {
            status = StatusOf(TakeLine(ref input));
            headers = TakeHeaders(ref input);
        }
        while (Looks(input));

        return new AnswerRecord { Method = method, Url = url, Status = status, Headers = headers, Body = input.ToArray(), Now = now };
    }

    // HTTP/1.1 429 Too Many Requests; HTTP/2 429
    private static int StatusOf(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status) && status is >= 100 and <= 999
            ? status
            : throw new BadAnswerException("the first line must be a status line such as \"HTTP/2 429\"; print the answer with curl -i");
    }

    private static List<(string Name, string Value)> TakeHeaders(ref ReadOnlySpan<byte> input)
    {
        List<(string Name, string Value)> headers = [];
        while (!input.IsEmpty && TakeLine(ref input) is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new BadAnswerException($"header line {headers.Count + 1} has no name and colon");
            }

            headers.Add((line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        return headers;
    }

    private static string TakeLine(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? input : input[..end];
        input = end < 0 ? default : input[(end + 1)..];
        return Encoding.Latin1.GetString(line).TrimEnd('\r');
    }
}
