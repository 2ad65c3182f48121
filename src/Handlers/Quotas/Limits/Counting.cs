namespace Handlers.Quotas;

/// <summary>When an attempt was counted by the provider, as its end tells.</summary>
/// <param name="TakenAt">When it left.</param>
/// <param name="EndedAt">When its answer had come, or it was given up.</param>
/// <param name="By">When it was counted at the latest.</param>
/// <param name="Foreseen">It was counted here when it left, for the latest that it could be.</param>
/// <param name="IsLate">It was foreseen, and took longer: until <see cref="By"/>.</param>
internal readonly record struct Counting(long TakenAt, long EndedAt, long By, bool Foreseen = false, bool IsLate = false);
