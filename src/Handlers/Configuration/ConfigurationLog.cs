using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>What the configuration says in the log.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(EventIds.EffectivePolicy, LogLevel.Information, "Client \"{Client}\": {Policy}", EventName = nameof(EventIds.EffectivePolicy))]
    public static partial void EffectivePolicy(ILogger logger, string client, string policy);

    [LoggerMessage(
        EventIds.OptionsChanged,
        LogLevel.Information,
        "Client \"{Client}\" goes on with new options: {Changes}",
        EventName = nameof(EventIds.OptionsChanged))]
    public static partial void OptionsChanged(ILogger logger, string client, string changes);

    [LoggerMessage(
        EventIds.EditRejected,
        LogLevel.Error,
        "A configuration edit was rejected; every client that it concerns keeps its last good options until it is corrected. {Errors}",
        EventName = nameof(EventIds.EditRejected))]
    public static partial void EditRejected(ILogger logger, string errors);

    [LoggerMessage(
        EventIds.EditNotApplied,
        LogLevel.Error,
        "Client \"{Client}\" could not take over a configuration edit; the next edit tries again.",
        EventName = nameof(EventIds.EditNotApplied))]
    public static partial void EditNotApplied(ILogger logger, Exception exception, string client);

    [LoggerMessage(
        EventIds.ClientUnusable,
        LogLevel.Error,
        "Client \"{Client}\" has no good options: to ask for it throws until its configuration is corrected. {Errors}",
        EventName = nameof(EventIds.ClientUnusable))]
    public static partial void ClientUnusable(ILogger logger, string client, string errors);

    [LoggerMessage(
        EventIds.GroupWithoutCalls,
        LogLevel.Warning,
        "{Group} means no call to {Host}: {Why}",
        EventName = nameof(EventIds.GroupWithoutCalls))]
    public static partial void GroupWithoutCalls(ILogger logger, string group, string host, string why);
}
