using Microsoft.Extensions.Configuration;

namespace Handlers;

/// <summary>
/// The files and other sources that a client's settings come from. A broken or missing file reads as an empty one (<c>FileConfigurationProvider</c> drops its data
/// first), and beside other sources, such as environment variables, that looks like an edit that takes all of the file's settings back.
/// </summary>
/// <param name="configuration">The container's; only a root knows its sources.</param>
/// <param name="paths">The sections that the settings stand in.</param>
internal sealed class SettingSources(IConfiguration? configuration, string[] paths)
{
    private HashSet<IConfigurationProvider> _speaking = [.. Speaking(configuration, paths)];

    /// <summary>A source that had settings of ours when they were last <see cref="Accept">accepted</see>, and holds nothing at all any more; null for none.</summary>
    public string? Silenced => All(configuration).FirstOrDefault(source => _speaking.Contains(source) && !Keys(source, null).Any())?.ToString();

    /// <summary>What the sources say now is in force.</summary>
    public void Accept() => _speaking = [.. Speaking(configuration, paths)];

    private static IEnumerable<IConfigurationProvider> Speaking(IConfiguration? configuration, string[] paths) =>
        All(configuration).Where(source => Array.Exists(paths, path => Keys(source, path).Any() || source.TryGet(path, out _)));

    private static IEnumerable<IConfigurationProvider> All(IConfiguration? configuration) => configuration is IConfigurationRoot root
        ? root.Providers.SelectMany(source => source is ChainedConfigurationProvider chained ? All(chained.Configuration) : [source])
        : [];

    private static IEnumerable<string> Keys(IConfigurationProvider source, string? path) => source.GetChildKeys([], path);
}
