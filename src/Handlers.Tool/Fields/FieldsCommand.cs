using System.CommandLine;
using Handlers.Wire.StructuredFields;

namespace Handlers.Tool.Fields;

/// <summary><c>handlers sf</c>: reads structured field values (RFC 9651), one a line, and says in JSON what each of them holds.</summary>
internal static class FieldsCommand
{
    public static Command Create(Terminal terminal)
    {
        Command sf = new("sf", "Parses structured field values (RFC 9651) from standard input, one a line; an empty line is an empty field. Prints one JSON line each.");
        sf.Add(Create(terminal, "item", "Each line is an Item.", static (value, json) =>
        {
            bool parsed = StructuredField.TryParseItem(value, out SfItem? item);
            FieldJson.Write(json, parsed ? item : null);
        }));
        sf.Add(Create(terminal, "list", "Each line is a List.", static (value, json) =>
        {
            bool parsed = StructuredField.TryParseList(value, out List<SfMember>? members);
            FieldJson.Write(json, parsed ? members : null);
        }));
        sf.Add(Create(terminal, "dictionary", "Each line is a Dictionary.", static (value, json) =>
        {
            bool parsed = StructuredField.TryParseDictionary(value, out OrderedDictionary<string, SfMember>? members);
            FieldJson.Write(json, parsed ? members : null);
        }));
        return sf;
    }

    private static Command Create(Terminal terminal, string name, string description, WriteField write)
    {
        Command command = new(name, description);
        command.SetAction(_ =>
        {
            using JsonLine line = new();
            foreach (string value in FieldLines.Read(terminal.Input, terminal.Output.Flush))
            {
                write(value, line.Json);
                line.EndTo(terminal.Output);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
