namespace Handlers.Benchmarks;

/// <summary>What stands above the transport: the contenders.</summary>
internal static class Chains
{
    /// <summary>Everything on, with the profile of GitHub and its limits so high that nobody waits: what is measured is the work of a granted call.</summary>
    public static HttpMessageHandler Ours(HttpMessageHandler transport, Action<ResilienceHandlersOptions>? configure = null)
    {
        var options = new ResilienceHandlersOptions { Provider = "github" };
        options.Pacing.Groups["secondary"] = new PacingGroupOptions { Limits = "1000000000 points/minute" };
        configure?.Invoke(options);
        return ResilienceHandlers.Create(transport, options);
    }

    /// <summary>The same for OpenAI.</summary>
    public static HttpMessageHandler OpenAI(HttpMessageHandler transport) =>
        ResilienceHandlers.Create(transport, new ResilienceHandlersOptions { Provider = "openai" });

    /// <summary>One failure and its repetition per call, without a wait: the budget allows as many retries as there are calls.</summary>
    public static HttpMessageHandler Retrying(HttpMessageHandler transport) => Ours(transport, options =>
    {
        options.Retry.BaseDelay = TimeSpan.Zero;
        options.Retry.BudgetRatio = 2;
    });

    public static HttpMessageHandler SwitchedOff(HttpMessageHandler transport) => Ours(transport, options => options.Enabled = false);

    public static HttpMessageHandler Polly(HttpMessageHandler transport) => new PollyHandler { InnerHandler = transport };

    public static HttpMessageHandler Empty(HttpMessageHandler transport, int count = 8)
    {
        for (int i = 0; i < count; i++)
        {
            transport = new EmptyHandler { InnerHandler = transport };
        }

        return transport;
    }
}
