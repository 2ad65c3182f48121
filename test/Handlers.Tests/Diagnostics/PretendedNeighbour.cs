namespace Polly.Pretended;

/// <summary>A neighbour that retries, by its name.</summary>
internal sealed class ResilienceHandler : DelegatingHandler;
