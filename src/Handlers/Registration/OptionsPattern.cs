using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>
/// What the app says by the framework's own pattern: <c>services.Configure&lt;ResilienceHandlersOptions&gt;(name, …)</c>, <c>PostConfigure</c>, <c>Validate</c>. It counts as
/// code, after that of <c>AddResilienceHandlers</c>.
/// </summary>
internal sealed class OptionsPattern(
    IEnumerable<IConfigureOptions<ResilienceHandlersOptions>> configure,
    IEnumerable<IPostConfigureOptions<ResilienceHandlersOptions>> postConfigure,
    IEnumerable<IValidateOptions<ResilienceHandlersOptions>> validate)
{
    private readonly IConfigureOptions<ResilienceHandlersOptions>[] _configure = [.. configure];
    private readonly IPostConfigureOptions<ResilienceHandlersOptions>[] _postConfigure = [.. postConfigure];
    private readonly IValidateOptions<ResilienceHandlersOptions>[] _validate = [.. validate];

    /// <summary>The names that something is configured for, one client each.</summary>
    public IEnumerable<string> Names => _configure.OfType<ConfigureNamedOptions<ResilienceHandlersOptions>>().Select(one => one.Name)
        .Concat(_postConfigure.OfType<PostConfigureOptions<ResilienceHandlersOptions>>().Select(one => one.Name))
        .OfType<string>()
        .Distinct(StringComparer.Ordinal);

    /// <summary>The code for one client; null when there is none for any.</summary>
    public Action<ResilienceHandlersOptions>? CodeOf(string client) => _configure.Length + _postConfigure.Length == 0 ? null : options =>
    {
        foreach (IConfigureOptions<ResilienceHandlersOptions> one in _configure)
        {
            if (one is IConfigureNamedOptions<ResilienceHandlersOptions> named)
            {
                named.Configure(client, options);
            }
            else if (client == Options.DefaultName)
            {
                one.Configure(options);
            }
        }

        foreach (IPostConfigureOptions<ResilienceHandlersOptions> one in _postConfigure)
        {
            one.PostConfigure(client, options);
        }
    };

    /// <summary>The app's own validators, for one client; null when there are none.</summary>
    public Func<ResilienceHandlersOptions, IEnumerable<string>>? ValidationOf(string client) => _validate.Length == 0 ? null : options =>
        _validate.Select(one => one.Validate(client, options)).Where(result => result.Failed).SelectMany(result => result.Failures ?? [])
            .Select(failure => $"The options of client \"{client}\": {failure}");
}
