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
    private readonly SettingSources _sources;
    private Composition _current;
    private Action<Composition, Composition>? _changed;
    private ReloadWatch? _watch;
    private bool _hadRoot;
    private (bool Defaults, bool Own) _sections;

    /// <exception cref="InvalidConfigurationException">The configuration has mistakes: all of them are told.</exception>
    public OptionsSource(ClientLayers layers, RejectedEdits rejected, ILogger logger)
    {
        _layers = layers;
        _rejected = rejected;
        _logger = logger;
        _sources = new SettingSources(layers.Container, [.. new[] { layers.Root, layers.ClientSection }.OfType<IConfigurationSection>().Select(section => section.Path)]);
        _current = OptionsComposer.Compose(layers);
        if (!_current.Errors.IsEmpty)
        {
            throw new InvalidConfigurationException(layers.Client, _current.Errors);
        }

        Accept();
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
            ImmutableArray<string> errors = [.. Lost(), .. edited.Errors];
            ImmutableArray<string> unheard = _rejected.Replace(this, errors);
            if (!unheard.IsEmpty)
            {
                string mistakes = string.Join(' ', unheard);
                ConfigurationLog.EditRejected(_logger, mistakes);
                Rejected?.Invoke(mistakes);
            }

            if (!errors.IsEmpty)
            {
                return;
            }

            Accept();
            if (!edited.IsSameAs(_current))
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
    /// Nobody means to go back to the defaults by a file that is missing or broken, or by a slip in a section's name: what was there may change, but not disappear in
    /// such a way.
    /// </summary>
    private ImmutableArray<string> Lost()
    {
        if (_hadRoot && !Exists(_layers.Root))
        {
            return [$"{Layer.PathOf(_layers.Root!)} is gone: a file is missing, empty or broken; put the section back, or restart to go on with the defaults."];
        }

        if (_sources.Silenced is { } source)
        {
            return [$"{source} is empty, and it held settings before: the file is missing or broken; put it back, if only with an empty section "
                + $"\"{OptionsComposer.Section}\", or restart to go on without it."];
        }

        (bool defaults, bool own) = SectionsNow();
        return (_sections.Defaults && !defaults) || (_sections.Own && !own) ? _layers.Strays() : [];
    }

    private void Accept()
    {
        _hadRoot |= Exists(_layers.Root);
        _sections = SectionsNow();
        _sources.Accept();
    }

    private (bool Defaults, bool Own) SectionsNow() => (Exists(_layers.Root?.GetSection(OptionsComposer.Defaults)), Exists(_layers.ClientSection));

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
