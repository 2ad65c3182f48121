using System.CommandLine;
using Flag = System.CommandLine.Option<bool>;
using TextOption = System.CommandLine.Option<string?>;

namespace Handlers.Tool.Explain;

/// <summary><c>handlers explain</c>: says what an API's answer means, why, and what the stack would do about it.</summary>
internal sealed class ExplainCommand
{
    private const string StandardInput = "-";

    private readonly Terminal _terminal;
    private readonly Argument<string?> _path = new("path")
    {
        Description = "An answer as JSON (request, status, headers, body, now), a folder of such files, or - for standard input, which takes the output of curl -i as well.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Flag _json = new("--json") { Description = "Prints one JSON object a line for each answer." };
    private readonly TextOption _provider = new("--provider") { Description = "The API, instead of the one that the URL's host or the folder's name tells.", HelpName = "name" };
    private readonly TextOption _method = new("--method")
    {
        Description = "The request's method, where the input is the output of curl -i.",
        HelpName = "method",
        DefaultValueFactory = static _ => "GET",
    };

    private readonly TextOption _url = new("--url") { Description = "The request's URL, where the input is the output of curl -i.", HelpName = "url" };

    private ExplainCommand(Terminal terminal)
    {
        _terminal = terminal;
        _provider.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } name && Stack.Providers.Named(name) is null)
            {
                result.AddError($"No provider is called \"{name}\"; there are {string.Join(", ", Stack.Providers.Names)}.");
            }
        });
    }

    public static Command Create(Terminal terminal)
    {
        ExplainCommand explain = new(terminal);
        Command command = new("explain", "Says what an API's answer means, which signal says so, and what the handlers would do about it and when.")
        {
            explain._path, explain._json, explain._provider, explain._method, explain._url,
        };
        command.SetAction(explain.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(_path) ?? StandardInput;
        using JsonLine? line = parsed.GetValue(_json) ? new JsonLine() : null;
        int code = ExitCode.Done;
        try
        {
            foreach (string file in path == StandardInput ? [path] : AnswerFiles.Below(path))
            {
                try
                {
                    Explain(parsed, file, line);
                }
                catch (Exception failure) when (failure is BadAnswerException or IOException or UnauthorizedAccessException)
                {
                    _terminal.Error.WriteLine($"handlers: {file}: {failure.Message}");
                    code = ExitCode.BadInput;
                }
            }
        }
        catch (BadAnswerException failure)
        {
            _terminal.Error.WriteLine($"handlers: {failure.Message}");
            code = ExitCode.BadInput;
        }

        return code;
    }

    private void Explain(ParseResult parsed, string file, JsonLine? line)
    {
        AnswerRecord answer = Read(parsed, file);
        Provider provider = Stack.Providers.Named(parsed.GetValue(_provider)) ?? ProviderOf(answer, file);
        Stack stack = new(provider, answer.Now);
        Explanation explanation = stack.Explain(answer);
        if (line is null)
        {
            ExplanationText.Write(_terminal.Output, file, explanation, Evidence.Of(stack, explanation));
        }
        else
        {
            ExplanationJson.Write(line.Json, file, explanation);
            line.EndTo(_terminal.Output);
        }
    }

    private AnswerRecord Read(ParseResult parsed, string file)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        byte[] bytes = file == StandardInput ? ReadStandardInput() : AnswerFiles.Read(file);
        if (!CurlOutput.Looks(bytes))
        {
            return AnswerJson.Read(bytes, now);
        }

        // Without a URL the provider's own host stands in: paths are not known then, and neither is what the request cost.
        string url = parsed.GetValue(_url)
            ?? $"https://{Stack.Providers.Named(parsed.GetValue(_provider))?.Hosts.FirstOrDefault(host => !host.StartsWith('*')) ?? "api.example.com"}/";
        return CurlOutput.Read(bytes, AnswerJson.MethodOf(parsed.GetValue(_method)!), AnswerJson.UrlOf(url), now);
    }

    private byte[] ReadStandardInput()
    {
        using MemoryStream all = new();
        _terminal.Input.CopyTo(all);
        return all.ToArray();
    }

    /// <summary>The provider that answers on the URL's host, else the one that the nearest folder is named after.</summary>
    private static Provider ProviderOf(AnswerRecord answer, string file)
    {
        Provider byHost = Stack.Providers.ForHost(answer.Url.Host);
        if (!ReferenceEquals(byHost, ProviderTable.Generic) || file == StandardInput)
        {
            return byHost;
        }

        string? folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)));
        return Stack.Providers.Named(folder) ?? byHost;
    }
}
