namespace Handlers.Tool;

/// <summary>What the process says to a script. Written down in <c>docs/tool.md</c>.</summary>
internal static class ExitCode
{
    /// <summary>Everything asked for was done. A malformed field and a refusal explained are results, not errors.</summary>
    public const int Done = 0;

    /// <summary>Some of the input could not be read or understood; the rest was done.</summary>
    public const int BadInput = 1;

    /// <summary>The command line itself is wrong; nothing was done.</summary>
    public const int BadUsage = 2;
}
