using System.CommandLine;
using System.CommandLine.Invocation;
using Handlers.Tool.Explain;
using Handlers.Tool.Fields;

namespace Handlers.Tool;

/// <summary>The <c>handlers</c> command: one line per subcommand, so that a new one is added here and in its own folder.</summary>
internal static class Application
{
    public static int Run(IReadOnlyList<string> args, Terminal terminal)
    {
        RootCommand root = new("Shows what the handlers understand: what an API's answer means, and what a structured field says.")
        {
            ExplainCommand.Create(terminal),
            FieldsCommand.Create(terminal),
            Simulation.SimulateCommand.Create(terminal),
        };
        ParseResult parsed = root.Parse(args);
        bool isBadUsage = parsed.Action is ParseErrorAction;
        InvocationConfiguration streams = new()
        {
            // The help that follows a mistake is no result.
            Output = isBadUsage ? terminal.Error : terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            int code = parsed.Invoke(streams);
            return isBadUsage ? ExitCode.BadUsage : code;
        }
        catch (IOException failure)
        {
            // Standard streams that break: a reader such as "head" that has seen enough, a file that vanished in a redirection.
            terminal.Error.WriteLine($"handlers: {failure.Message}");
            return ExitCode.BadInput;
        }
        finally
        {
            terminal.Output.Flush();
        }
    }
}
