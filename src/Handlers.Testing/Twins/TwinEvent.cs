namespace Handlers.Testing;

/// <summary>One line of a twin's log.</summary>
/// <param name="At">When, since the twin's creation.</param>
/// <param name="Kind">What.</param>
/// <param name="Request">The request's number in order of sending, from 1.</param>
/// <param name="Status">The HTTP status; 0 where there was none.</param>
/// <param name="Quota">The quota it was about, where there is one.</param>
public readonly record struct TwinEvent(TimeSpan At, TwinEventKind Kind, int Request, int Status = 0, string? Quota = null);
