using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Headers;
using OpenAI;
using OpenAI.Chat;

namespace Handlers.Sdk.Tests.Support;

/// <summary>The SDK as the documentation tells to set it up: over a named client, its own retries off, its own timeout above ours.</summary>
internal static class OpenAI
{
    public const string Key = "sk-test";

    public static ChatClient Chat(HttpClient http) => Chat(http, "gpt-5");

    public static ChatClient Chat(HttpClient http, string model) => new(
        model,
        new ApiKeyCredential(Key),
        new OpenAIClientOptions
        {
            Endpoint = http.BaseAddress,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0), // ours reads why, and knows when
            NetworkTimeout = TimeSpan.FromMinutes(30),          // above TotalTimeout, which ends a call
        });

    /// <summary>The SDK as it should not be set up.</summary>
    public static ChatClient Chat(HttpClient http, PipelinePolicy retries, TimeSpan timeout) => new(
        "gpt-5",
        new ApiKeyCredential(Key),
        new OpenAIClientOptions
        {
            Endpoint = http.BaseAddress,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = retries,
            NetworkTimeout = timeout,
        });

    /// <summary>Somebody else with the same key spends what a model has.</summary>
    public static async Task SpendAsync(Uri address, int requests, string model = "gpt-5")
    {
        using var bare = new HttpClient { BaseAddress = address };
        bare.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        for (int i = 0; i < requests; i++)
        {
            using var body = new StringContent($$"""{"model":"{{model}}","messages":[{"role":"user","content":"hello"}]}""", null, "application/json");
            (await bare.PostAsync(new Uri("chat/completions", UriKind.Relative), body)).Dispose();
        }
    }
}
