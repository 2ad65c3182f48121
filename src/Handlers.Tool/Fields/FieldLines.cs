using System.Text;

namespace Handlers.Tool.Fields;

/// <summary>
/// Lines of field values as bytes, a character each: what is not ASCII stays wrong instead of being decoded into something else, and only LF ends a line,
/// because a bare CR inside a value is what a parser must get to see and refuse.
/// </summary>
internal static class FieldLines
{
    /// <param name="input">The bytes.</param>
    /// <param name="beforeWaiting">Called before each read, which may block: somebody may be typing and waiting for the answer.</param>
    public static IEnumerable<string> Read(Stream input, Action beforeWaiting)
    {
        byte[] chunk = new byte[64 * 1024];
        StringBuilder line = new();
        while (true)
        {
            beforeWaiting();
            int count = input.Read(chunk);
            if (count == 0)
            {
                break;
            }

            int start = 0;
            for (int end; (end = Array.IndexOf(chunk, (byte)'\n', start, count - start)) >= 0; start = end + 1)
            {
                line.Append(Encoding.Latin1.GetString(chunk, start, end - start));
                yield return Take(line);
            }

            line.Append(Encoding.Latin1.GetString(chunk, start, count - start));
        }

        if (line.Length > 0)
        {
            yield return Take(line);
        }
    }

    // CRLF ends a line in files from Windows; no field value ends with CR.
    private static string Take(StringBuilder line)
    {
        if (line.Length > 0 && line[^1] == '\r')
        {
            line.Length--;
        }

        string value = line.ToString();
        line.Clear();
        return value;
    }
}
