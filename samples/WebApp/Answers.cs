using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenAI.Chat;

namespace WebApp;

/// <summary>What the two endpoints answer, piece by piece.</summary>
internal sealed class Answers(IHttpClientFactory clients, ChatClient chat)
{
    /// <summary>The titles of a repository's issues.</summary>
    public async IAsyncEnumerable<string> IssuesAsync(string owner, string repo, [EnumeratorCancellation] CancellationToken aborted)
    {
        using HttpClient github = clients.CreateClient("github");
        using HttpResponseMessage response = await github.GetAsync(new Uri($"repos/{Uri.EscapeDataString(owner)}/{Uri.EscapeDataString(repo)}/issues", UriKind.Relative), aborted);
        response.EnsureSuccessStatusCode();
        await using Stream body = await response.Content.ReadAsStreamAsync(aborted);
        using JsonDocument issues = await JsonDocument.ParseAsync(body, cancellationToken: aborted);
        if (issues.RootElement.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement issue in issues.RootElement.EnumerateArray())
            {
                yield return issue.GetProperty("title").GetString() ?? "";
            }
        }
    }

    /// <summary>A model's answer, as it comes.</summary>
    public async IAsyncEnumerable<string> ChatAsync(string question, [EnumeratorCancellation] CancellationToken aborted)
    {
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync([new UserChatMessage(question)], cancellationToken: aborted))
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate)
            {
                yield return part.Text;
            }
        }
    }
}
