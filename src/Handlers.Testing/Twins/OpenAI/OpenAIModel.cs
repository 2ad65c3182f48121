using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>The buckets of one key and model.</summary>
internal sealed class OpenAIModel(OpenAITwinOptions options, string quota)
{
    internal string Quota { get; } = quota;

    internal RefillingBucket Requests { get; } = new(options.RequestsPerMinute, options.Period);

    internal RefillingBucket Tokens { get; } = new(options.TokensPerMinute, options.Period);
}
