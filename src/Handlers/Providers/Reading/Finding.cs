namespace Handlers.Providers;

/// <summary>What an answer means, before anybody looks for a wait.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Reason">Why, as the first half of a sentence; never text of the answer, which may hold names and keys.</param>
internal readonly record struct Finding(VerdictKind Kind, string Reason);
