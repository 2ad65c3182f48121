namespace Handlers.Tool;

/// <summary>What a command reads from and writes to: the process's streams, or a test's.</summary>
/// <param name="Input">Standard input, as bytes: field values have no encoding.</param>
/// <param name="Output">Results and nothing else, so that they can be piped.</param>
/// <param name="Error">What went wrong, for people.</param>
internal sealed record Terminal(Stream Input, TextWriter Output, TextWriter Error);
