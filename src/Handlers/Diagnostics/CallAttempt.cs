namespace Handlers;

/// <summary>One attempt of a call, in the report.</summary>
/// <param name="Number">From 1; 0 for a turn that was refused here and never sent.</param>
/// <param name="Waited">How long the call waited before it: backoff, a server's hint, a queue.</param>
/// <param name="Took">From sending to headers or failure.</param>
/// <param name="Status">The HTTP status code; null when no answer came.</param>
/// <param name="Error">The failure's type; null when an answer came.</param>
/// <param name="Verdict">What it meant.</param>
/// <param name="Why">The reason in one sentence.</param>
public readonly record struct CallAttempt(
    int Number, TimeSpan Waited, TimeSpan Took, int? Status, string? Error, VerdictKind Verdict, string Why);
