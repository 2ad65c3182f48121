using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Handlers;

/// <summary>An <see cref="OptionsValidationException"/> that gives each mistake a line of its own: there may be many.</summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Caught as OptionsValidationException; adds a layout alone.")]
internal sealed class InvalidConfigurationException(string client, IEnumerable<string> failures)
    : OptionsValidationException(client, typeof(ResilienceHandlersOptions), failures)
{
    public override string Message =>
        $"The resilience handlers' configuration has {(Failures.Count() == 1 ? "a mistake" : $"{Failures.Count()} mistakes")}:\n{string.Join('\n', Failures)}";
}
