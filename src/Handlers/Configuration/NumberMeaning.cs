namespace Handlers;

/// <summary>What a number stands for, hence which wrong units are likely and how to cure them.</summary>
internal enum NumberMeaning : byte
{
    Count,
    Factor,

    /// <summary>0.2 is 20 %.</summary>
    Share,

    /// <summary>20 is 20 %.</summary>
    Percent,
    Bytes,
}
