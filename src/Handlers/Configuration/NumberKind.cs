using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Handlers;

/// <summary>A number between two bounds, both included.</summary>
internal sealed class NumberKind<T>(T least, T most, NumberMeaning meaning) : OptionKind<T>
    where T : struct, INumber<T>
{
    private static readonly bool Whole = T.One / (T.One + T.One) == T.Zero;

    public override string Expects { get; } =
        $"{(meaning, Whole) switch
        {
            (NumberMeaning.Bytes, _) => "a number of bytes",
            (NumberMeaning.Percent, _) => "a percentage",
            (_, true) => "a whole number",
            _ => "a number",
        }} from {Text(least)} to {Text(most)}";

    public override bool TryParse(string text, out T value, [NotNullWhen(false)] out string? problem)
    {
        // No thousands separators and no decimal comma: "10,000" would mean ten to one reader and ten thousand to the other.
        NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite
            | (Whole ? NumberStyles.None : NumberStyles.AllowDecimalPoint);
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out value))
        {
            problem = null;
            return true;
        }

        problem = Problem(Cure(text.Trim()));
        return false;
    }

    // Written so that NaN, which compares false with everything, is refused.
    public override string? Check(T value) => value >= least && value <= most
        ? null
        : Problem(value > most ? $"the most is \"{Text(most)}\"" : $"the least is \"{Text(least)}\"");

    public override string Format(T value) => Text(value);

    private static string Text(T value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static bool TryReadNumber(ReadOnlySpan<char> text, out decimal number) => decimal.TryParse(
        text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static decimal? BytesPer(ReadOnlySpan<char> unit) => unit.Trim() switch
    {
        "B" or "b" or "bytes" => 1,
        "k" or "K" or "kB" or "KB" or "kb" or "KiB" => 1024,
        "M" or "MB" or "mb" or "MiB" => 1024 * 1024,
        "G" or "GB" or "gb" or "GiB" => 1024 * 1024 * 1024,
        _ => null,
    };

    private string Cure(string text)
    {
        if (text.EndsWith('%') && TryReadNumber(text.AsSpan(0, text.Length - 1), out decimal percent))
        {
            return $"write \"{(meaning == NumberMeaning.Share ? percent / 100 : percent).ToString("0.####", CultureInfo.InvariantCulture)}\"";
        }

        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (meaning == NumberMeaning.Bytes && digits > 0 && digits <= 9
            && TryReadNumber(text.AsSpan(0, digits), out decimal amount) && BytesPer(text.AsSpan(digits)) is { } bytes)
        {
            return $"write \"{(amount * bytes).ToString("0", CultureInfo.InvariantCulture)}\"";
        }

        string plain = Whole
            ? text.Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
            : text.Replace(',', '.');
        return plain.Length > 0 && T.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out T meant) && T.IsFinite(meant)
            ? $"write \"{Text(meant)}\""
            : "write digits alone, without unit";
    }
}
