using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class SwitchKind : OptionKind<bool>
{
    public override string Expects => "true or false";

    public override bool TryParse(string text, out bool value, [NotNullWhen(false)] out string? problem)
    {
        if (bool.TryParse(text, out value))
        {
            problem = null;
            return true;
        }

        problem = Problem(text.Trim().ToUpperInvariant() switch
        {
            "1" or "YES" or "ON" or "Y" or "ENABLED" => "write \"true\"",
            "0" or "NO" or "OFF" or "N" or "DISABLED" => "write \"false\"",
            _ => "write \"true\" or \"false\"",
        });
        return false;
    }

    public override string? Check(bool value) => null;

    public override string Format(bool value) => value ? "true" : "false";
}
