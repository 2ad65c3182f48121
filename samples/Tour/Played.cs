using Handlers;

namespace Tour;

/// <summary>How one call ended.</summary>
/// <param name="Ok">It did what was asked; for a call that was made to fail: it failed the right way.</param>
/// <param name="Report">What it did.</param>
/// <param name="PastDeadline">The deadline past which it was still alive; null where it ended in time.</param>
internal readonly record struct Played(bool Ok, CallReport? Report, TimeSpan? PastDeadline = null);
