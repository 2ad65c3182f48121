namespace Handlers.ResponseCaching;

/// <summary>When an answer came, by the wall clock, and how long it was under way.</summary>
internal readonly record struct Reception(DateTimeOffset At, TimeSpan Delay);
