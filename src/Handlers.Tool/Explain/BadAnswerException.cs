namespace Handlers.Tool.Explain;

/// <summary>An input that is no answer; the message says what is wrong where, and what is expected there.</summary>
internal sealed class BadAnswerException(string message) : Exception(message);
