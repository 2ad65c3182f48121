namespace Handlers;

/// <summary>Whoever may still refuse an attempt at the moment it would leave.</summary>
internal interface IPassSource
{
    /// <summary>Grants the attempt, or says why not.</summary>
    /// <param name="call">The call.</param>
    /// <param name="issuer">What granted it; never null then.</param>
    /// <param name="number">Its number there.</param>
    Exception? TryTake(Call call, out object? issuer, out long number);

    /// <summary>Says how the attempt went that a pass was taken for.</summary>
    void Record(Call call);
}
