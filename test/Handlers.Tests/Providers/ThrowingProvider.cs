namespace Handlers.Tests.Providers;

/// <summary>Breaks its promise in every member that sees a call.</summary>
internal sealed class ThrowingProvider : Provider
{
    public override string Name => "acme";

    public override IReadOnlyList<string> Hosts => [];

    public override void ApplyDefaults(ResilienceHandlersOptions options)
    {
    }

    public override CallPlan Plan(HttpRequestMessage request) => throw new InvalidOperationException(request.RequestUri!.ToString());

    public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => throw new InvalidOperationException();

    public override Verdict Interpret(in ProviderAnswer answer) => throw new InvalidOperationException(answer.Uri.ToString());
}
