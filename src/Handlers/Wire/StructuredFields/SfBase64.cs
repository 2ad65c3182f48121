namespace Handlers.Wire.StructuredFields;

/// <summary>
/// Base64 as RFC 9651 §4.2.7 wants it read: missing padding and pad bits that are not zero are let pass (SHOULD NOT fail), characters outside the
/// alphabet are not (MUST fail). Padding that is in the wrong place or more than is due is a failed decoding.
/// </summary>
internal static class SfBase64
{
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        ReadOnlySpan<char> digits = text.TrimEnd('=');
        int padding = text.Length - digits.Length;
        bytes = [];
        if (digits.Length % 4 == 1 || padding > (4 - (digits.Length % 4)) % 4)
        {
            return false;
        }

        byte[] decoded = new byte[digits.Length * 3L / 4];
        int count = 0;
        int bits = 0;
        int held = 0;
        foreach (char digit in digits)
        {
            int value = ValueOf(digit);
            if (value < 0)
            {
                return false;
            }

            held = ((held << 6) | value) & 0xFFFF;
            bits += 6;
            if (bits >= 8)
            {
                bits -= 8;
                decoded[count++] = (byte)(held >> bits);
            }
        }

        bytes = decoded;
        return true;
    }

    private static int ValueOf(char digit) => digit switch
    {
        >= 'A' and <= 'Z' => digit - 'A',
        >= 'a' and <= 'z' => digit - 'a' + 26,
        >= '0' and <= '9' => digit - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
