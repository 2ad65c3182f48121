namespace Handlers.Tool.Fields;

/// <summary>Base32 with padding, RFC 4648 §6.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BytesPerGroup = 5;
    private const int DigitsPerGroup = 8;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        int groups = (bytes.Length + BytesPerGroup - 1) / BytesPerGroup;
        char[] digits = new char[groups * DigitsPerGroup];
        int count = 0;
        int held = 0;
        int bits = 0;
        foreach (byte octet in bytes)
        {
            held = ((held << 8) | octet) & 0xFFF;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                digits[count++] = Alphabet[(held >> (bits - 5)) & 31];
            }
        }

        if (bits > 0)
        {
            digits[count++] = Alphabet[(held << (5 - bits)) & 31];
        }

        digits.AsSpan(count).Fill('=');
        return new string(digits);
    }
}
