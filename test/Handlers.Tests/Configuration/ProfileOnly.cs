namespace Handlers.Tests.Configuration;

/// <summary>A provider that has defaults and no knowledge.</summary>
internal sealed class ProfileOnly(string name, Action<ResilienceHandlersOptions>? defaults = null) : Provider
{
    public override string Name => name;

    public override IReadOnlyList<string> Hosts => [];

    public override void ApplyDefaults(ResilienceHandlersOptions options) => defaults?.Invoke(options);

    public override CallPlan Plan(HttpRequestMessage request) => default;

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => false;

    public override Verdict Interpret(in ProviderAnswer answer) => Verdict.Ok;
}
