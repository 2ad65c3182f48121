using Handlers.Providers;

namespace Handlers.Tests.Providers;

internal static class KnownProviders
{
    public static readonly Provider[] All =
    [
        new GenericProvider(), new GitHubProvider(), new OpenAIProvider(), new GeminiProvider(), new InstantlyProvider(),
        new AttioProvider(), new LinearProvider(), new AnthropicProvider(), new StripeProvider(),
    ];
}
