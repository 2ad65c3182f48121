using System.Globalization;
using System.Text;

namespace Handlers.Stress;

/// <summary>Changes captured answers as broken servers, proxies and chance would: bytes, digits, whole values, lines that are missing or doubled.</summary>
internal sealed class Mutation(Random random)
{
    private const string Alphabet = "0123456789.,;:=-+ \t\"'()[]{}\\/abcmsrtTZGMTnulé\u0000\u0661";

    private static readonly int[] Statuses = [200, 202, 304, 400, 402, 403, 404, 408, 409, 413, 422, 425, 429, 499, 500, 501, 503, 529];

    private static readonly string[] Names =
    [
        "Retry-After", "retry-after-ms", "x-ms-retry-after-ms", "RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Date", "Age",
        "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "X-RateLimit-Requests-Remaining",
        "X-RateLimit-Requests-Reset", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", "x-should-retry", "Stripe-Should-Retry",
    ];

    private static readonly string[] Values =
    [
        "", "0", "-1", "1.5", "7", "60", "3661", "4294968", "2147483648", "99999999999999999999", "1e3", "0x10", "NaN", "soon", "true", "false", "5, 7",
        "1795263300", "1795263300000", "1m12.5s", "20ms", "2026-11-21T12:00:30Z", "Sat, 21 Nov 2026 12:00:30 GMT", "Saturday, 21-Nov-26 12:00:30 GMT",
        "Sat Nov 21 12:00:30 2026", "\"default\";r=0;t=30", "\"a\";r=0;t=5,\"b\";r=0;t=500", "limit=1, remaining=0, reset=12", "100, 100;w=10",
    ];

    public int Status(int captured) => random.Next(8) == 0 ? Statuses[random.Next(Statuses.Length)] : captured;

    public List<(string Name, string Value)> Headers((string Name, string Value)[] captured)
    {
        List<(string Name, string Value)> headers = [.. captured];
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            int at = headers.Count == 0 ? -1 : random.Next(headers.Count);
            switch (random.Next(5))
            {
                case 0:
                    headers.Add((Names[random.Next(Names.Length)], Values[random.Next(Values.Length)]));
                    break;
                case 1 when at >= 0:
                    headers[at] = (headers[at].Name, Values[random.Next(Values.Length)]);
                    break;
                case 2 when at >= 0:
                    headers.RemoveAt(at);
                    break;
                case 3 when at >= 0:
                    headers.Add(headers[at]);
                    break;
                case 4 when at >= 0:
                    headers[at] = (headers[at].Name, Text(headers[at].Value));
                    break;
                default:
                    break;
            }
        }

        return headers;
    }

    public byte[] Body(byte[] captured)
    {
        if (random.Next(2) == 0 || captured.Length == 0)
        {
            return captured;
        }

        byte[] body = [.. captured];
        switch (random.Next(4))
        {
            case 0:
                return body[..random.Next(body.Length)];
            case 1:
                random.NextBytes(body.AsSpan(random.Next(body.Length)));
                return body;
            case 2:
                return Encoding.UTF8.GetBytes(Numbers(Encoding.UTF8.GetString(body)));
            default:
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    body[random.Next(body.Length)] = (byte)Alphabet[random.Next(32)];
                }

                return body;
        }
    }

    private string Text(string value)
    {
        StringBuilder text = new(value);
        int at = random.Next(text.Length + 1);
        char c = Alphabet[random.Next(Alphabet.Length)];
        switch (random.Next(3))
        {
            case 0 when at < text.Length:
                text[at] = c;
                break;
            case 1 when at < text.Length:
                text.Remove(at, random.Next(1, text.Length - at + 1));
                break;
            default:
                text.Insert(at, c);
                break;
        }

        return text.ToString();
    }

    // Waits stay well-formed and become others.
    private string Numbers(string text)
    {
        StringBuilder changed = new(text.Length);
        foreach (char c in text)
        {
            changed.Append(char.IsAsciiDigit(c) ? random.Next(10).ToString(CultureInfo.InvariantCulture) : c);
        }

        return changed.ToString();
    }
}
