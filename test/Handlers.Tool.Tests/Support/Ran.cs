using System.Text;

namespace Handlers.Tool.Tests.Support;

/// <summary>What one run of the command did: the real entry point, with the test at the other end of its streams.</summary>
internal sealed record Ran(int Code, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Ran With(string input, params string[] args) => With(Encoding.Latin1.GetBytes(input), args);

    public static Ran With(byte[] input, params string[] args)
    {
        using MemoryStream standardInput = new(input);
        using StringWriter output = new();
        using StringWriter error = new();
        int code = Application.Run(args, new Terminal(standardInput, output, error));
        return new Ran(code, output.ToString(), error.ToString());
    }
}
