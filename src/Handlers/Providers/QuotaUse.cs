namespace Handlers;

/// <summary>One quota that an attempt is charged to, and what it is charged.</summary>
/// <param name="Resource">The resource part of the quota's name, such as <c>core</c> or <c>search</c>.</param>
/// <param name="Cost">What the attempt costs there.</param>
/// <param name="Start">How the quota is spent before anything is known about it.</param>
public readonly record struct QuotaUse(string Resource, Cost Cost, QuotaStart Start = QuotaStart.Free);
