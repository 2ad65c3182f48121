namespace Handlers;

/// <summary>Whoever may still refuse an attempt at the moment it would leave.</summary>
internal interface IPassSource
{
    Exception? TryTake(Call call, out object? issuer, out long number);
}
