using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>
/// One client's options in force, for as long as the process lives. A good edit replaces them, a bad one is logged and changes nothing, and one that says
/// nothing new goes unnoticed. Where there are no good options yet, the first good edit brings them.
/// </summary>
internal sealed class OptionsSource : IDisposable
{
    private readonly ClientLayers _layers;
    private readonly RejectedEdits _rejected;
    private readonly ILogger _logger;
    private readonly SettingSources _sources;
    private Composition? _current;
    private ImmutableArray<string> _mistakes = [];
    private Action<Composition?, Composition>? _changed;
    private ReloadWatch? _watch;
    private bool _hadRoot;
    private (bool Defaults, bool Own) _sections;

    public OptionsSource(ClientLayers layers, RejectedEdits rejected, ILogger logger)
    {
        _layers = layers;
        _rejected = rejected;
        _logger = logger;
        _sources = new SettingSources(layers.Container, [.. new[] { layers.Root, layers.ClientSection }.OfType<IConfigurationSection>().Select(section => section.Path)]);
        Composition first = OptionsComposer.Compose(layers);
        if (first.Errors.IsEmpty)
        {
            Begin(first);
            return;
        }

        _mistakes = first.Errors;
        _ = rejected.Replace(this, first.Errors);
        Tell(string.Join(' ', first.Errors));
    }

    /// <summary>
    /// The options in force. Nobody changes them; an edit puts others in their place. Null as long as there were no good ones: a host does not start then, but a client may
    /// be asked for without one, or for the first time while an edit is wrong.
    /// </summary>
    public Composition? Current => Volatile.Read(ref _current);

    /// <summary>What is wrong, for who needs options where there are none; made anew for each call that throws it.</summary>
    public InvalidConfigurationException Mistakes() => new(_layers.Client, _mistakes);

    /// <summary>
    /// Begins to follow edits. <paramref name="changed"/> gets the old options, null for none, and the new ones, one edit at a time and in their order; edits since the
    /// construction are made up for.
    /// </summary>
    public void Watch(Action<Composition?, Composition> changed)
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
            ImmutableArray<string> errors = [.. _current is null ? [] : Lost(), .. edited.Errors];
            ImmutableArray<string> unheard = _rejected.Replace(this, errors);
            if (!unheard.IsEmpty)
            {
                Tell(string.Join(' ', unheard));
            }

            if (!errors.IsEmpty)
            {
                _mistakes = errors;
            }
            else if (_current is not { } current)
            {
                Begin(edited);
                _changed?.Invoke(null, edited);
            }
            else
            {
                Accept();
                if (!edited.IsSameAs(current))
                {
                    Swap(current, edited);
                }
            }
        }
        catch (Exception exception)
        {
            // Nothing may stop the watch: an app that can't be corrected while it runs has to be restarted.
            ConfigurationLog.EditNotApplied(_logger, exception, _layers.Client);
        }
    }

    private void Tell(string mistakes)
    {
        if (_current is null)
        {
            ConfigurationLog.ClientUnusable(_logger, _layers.Client, mistakes);
            return;
        }

        ConfigurationLog.EditRejected(_logger, mistakes);
        Rejected?.Invoke(mistakes);
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

    /// <summary>The first good options.</summary>
    private void Begin(Composition first)
    {
        Accept();
        Volatile.Write(ref _current, first);
        ConfigurationLog.EffectivePolicy(_logger, _layers.Client, EffectivePolicy.Describe(first));
    }

    private void Swap(Composition old, Composition edited)
    {
        Volatile.Write(ref _current, edited);
        ConfigurationLog.OptionsChanged(_logger, _layers.Client, EffectivePolicy.DescribeChange(old, edited));
        _changed?.Invoke(old, edited);
    }
}
