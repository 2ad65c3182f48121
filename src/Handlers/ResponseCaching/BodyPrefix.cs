namespace Handlers.ResponseCaching;

/// <summary>Reads a body into memory, up to a bound.</summary>
internal static class BodyPrefix
{
    private const int FirstBuffer = 4096;

    /// <returns>What was read, and whether that is everything.</returns>
    public static async ValueTask<(ReadOnlyMemory<byte> Start, bool IsWhole)> ReadAsync(Stream body, long most, CancellationToken token)
    {
        byte[] buffer = new byte[FirstBuffer];
        int count = 0;
        while (true)
        {
            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            int read = await body.ReadAsync(buffer.AsMemory(count), token).ConfigureAwait(false);
            if (read == 0)
            {
                return (buffer.AsMemory(0, count), true);
            }

            count += read;
            if (count > most)
            {
                return (buffer.AsMemory(0, count), false);
            }
        }
    }
}
