using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Handlers;

namespace Collector;

/// <summary>Reads who contributed to repositories, page by page, and stores whom it did not see before.</summary>
internal sealed class People(IHttpClientFactory clients, ISeenItems seen)
{
    public const string Client = "github";

    private readonly List<string> _stored = [];

    /// <summary>How many people were new.</summary>
    public async Task<int> CollectAsync(string[] repositories, CancellationToken cancellationToken)
    {
        HttpClient github = clients.CreateClient(Client);
        foreach (string repository in repositories)
        {
            for (int page = 1; ; page++)
            {
                JsonArray people = await github.GetFromJsonAsync<JsonArray>($"repos/{repository}/contributors?page={page}", cancellationToken) ?? [];
                if (people.Count == 0)
                {
                    break;
                }

                foreach (string login in people.Select(person => person!["login"]!.GetValue<string>()))
                {
                    await StoreAsync(login, cancellationToken);
                }
            }
        }

        return _stored.Count;
    }

    private async Task StoreAsync(string login, CancellationToken cancellationToken)
    {
        if (!await seen.AddAsync("people", login, cancellationToken))
        {
            return;
        }

        try
        {
            // Here a database or a CRM would be written.
            _stored.Add(login);
        }
        catch
        {
            // Not stored: the next run shall find it new again.
            await seen.ForgetAsync("people", login, CancellationToken.None);
            throw;
        }
    }
}
