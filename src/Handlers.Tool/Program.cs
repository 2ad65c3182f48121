using System.Text;
using Handlers.Tool;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using Stream input = Console.OpenStandardInput();
using var output = new StreamWriter(Console.OpenStandardOutput(), Console.OutputEncoding);
using var error = new StreamWriter(Console.OpenStandardError(), Console.OutputEncoding) { AutoFlush = true };
return Application.Run(args, new Terminal(input, output, error));
