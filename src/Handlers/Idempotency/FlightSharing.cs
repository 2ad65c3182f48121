namespace Handlers.Idempotency;

/// <summary>What those make of a flight's end who only waited for it.</summary>
internal enum FlightSharing : byte
{
    /// <summary>It is their end as well.</summary>
    Shared,

    /// <summary>Begin anew: it ended for reasons of its leader's, or what it brought can't be given twice.</summary>
    Again,

    /// <summary>It turned out that nobody knows whose the answer is: each goes alone.</summary>
    NotYours,
}
