using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>
/// One client's options in force, for as long as the process lives. A good edit replaces them, a bad one is logged and changes nothing, and one that says
/// nothing new goes unnoticed.
/// </summary>
internal sealed class OptionsSource : IDisposable
{
    private readonly ClientLayers _layers;
    private readonly RejectedEdits _rejected;
    private readonly ILogger _logger;
    private Composition _current;
    private Action<Composition, Composition>? _changed;
    private ReloadWatch? _watch;
    private bool _hadRoot;

    /// <exception cref="InvalidConfigurationException">The configuration has mistakes: all of them are told.</exception>
    public OptionsSource(ClientLayers layers, RejectedEdits rejected, ILogger logger)
    {
        _layers = layers;
        _rejected = rejected;
        _logger = logger;
        _current = OptionsComposer.Compose(layers);
        if (!_current.Errors.IsEmpty)
        {
            throw new InvalidConfigurationException(layers.Client, _current.Errors);
        }

        _ = Vanished();
        ConfigurationLog.EffectivePolicy(logger, layers.Client, EffectivePolicy.Describe(_current));
    }

    /// <summary>The options in force. Nobody changes them; an edit puts others in their place.</summary>
    public Composition Current => Volatile.Read(ref _current);

    /// <summary>
    /// Begins to follow edits. <paramref name="changed"/> gets the old and the new options, one edit at a time and in their order; edits since the construction
    /// are made up for.
    /// </summary>
    public void Watch(Action<Composition, Composition> changed)
    {
        _changed = changed;
        _watch = new ReloadWatch([_layers.Root, _layers.Section], TakeOver);
        _watch.Run();
    }

    /// <summary>Told of edits that are rejected, each mistake once.</summary>
    public Action<string>? Rejected { get; init; }

    public void Dispose() => _watch?.Dispose();

    private void TakeOver()
    {
        try
        {
            Composition edited = OptionsComposer.Compose(_layers);
            ImmutableArray<string> errors = Vanished() is { } vanished ? [vanished] : edited.Errors;
            ImmutableArray<string> unheard = _rejected.Replace(this, errors);
            if (!unheard.IsEmpty)
            {
                string mistakes = string.Join(' ', unheard);
                ConfigurationLog.EditRejected(_logger, mistakes);
                Rejected?.Invoke(mistakes);
            }

            if (errors.IsEmpty && !edited.IsSameAs(_current))
            {
                Swap(edited);
            }
        }
        catch (Exception exception)
        {
            // Nothing may stop the watch: an app that can't be corrected while it runs has to be restarted.
            ConfigurationLog.EditNotApplied(_logger, exception, _layers.Client);
        }
    }

    /// <summary>
    /// A missing or broken file reads as an empty one (<c>FileConfigurationProvider</c> drops its data first). Nobody means to go back to the defaults by that:
    /// the section as a whole may change, but not disappear.
    /// </summary>
    private string? Vanished()
    {
        bool there = Exists(_layers.Root);
        string? error = _hadRoot && !there
            ? $"{Layer.PathOf(_layers.Root!)} is gone: a file is missing, empty or broken; put the section back, or restart to go on with the defaults."
            : null;
        _hadRoot |= there;
        return error;
    }

    // An empty object is a key with the value null; IConfigurationSection.Exists does not count it.
    private static bool Exists(IConfiguration? root) =>
        root is IConfigurationSection section && (section.Exists() || (section as ConfigurationSection)?.TryGetValue(null, out _) == true);

    private void Swap(Composition edited)
    {
        Composition old = _current;
        Volatile.Write(ref _current, edited);
        ConfigurationLog.OptionsChanged(_logger, _layers.Client, EffectivePolicy.DescribeChange(old, edited));
        _changed?.Invoke(old, edited);
    }
}
