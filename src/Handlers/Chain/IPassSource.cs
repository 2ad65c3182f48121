namespace Handlers;

/// <summary>Whoever may still refuse an attempt at the moment it would leave.</summary>
internal interface IPassSource
{
    Exception? TryTake(Call call, out object? issuer, out long number);

    /// <summary>Says how the attempt went that a pass was taken for.</summary>
    void Record(Call call);
}
