using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>Composes every client when the host starts: a bad setting stops the app with its path, its value and the cure.</summary>
internal sealed class StartupCheckValidation(ClientRegistry registry) : IValidateOptions<StartupCheck>
{
    public ValidateOptionsResult Validate(string? name, StartupCheck options)
    {
        IReadOnlyList<string> errors = registry.CheckAll();
        return errors.Count == 0 ? ValidateOptionsResult.Success : throw new InvalidConfigurationException("", errors);
    }
}
