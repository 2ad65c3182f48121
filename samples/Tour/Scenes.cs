using System.Globalization;
using System.Text;
using Handlers;

namespace Tour;

/// <summary>What each client has to live through.</summary>
internal static class Scenes
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan StalledDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    public static Scene[] All(Stage stage) => [GitHub(stage), OpenAI(stage), Gemini(stage), Instantly(stage), Attio(stage), Linear(stage)];

    /// <summary>600 reads over a limit of 160 per 5 s with 2 % faults, 60 more of 12 labels, 60 writes, a repository that has moved, a body that stalls.</summary>
    private static Scene GitHub(Stage stage) => new("github", stage.Client("github"), stage.GitHub,
    [
        Stalled("repos/o/r/stalled"),
        .. Many(600, i => Get($"repos/o/r/issues/{i}")),
        .. Many(60, i => Get($"repos/o/r/labels/{i % 12}")),
        .. Many(60, i => Post("repos/o/r/issues/1/comments", $"{{\"body\":\"comment {i}\"}}")),
        .. Many(5, _ => Get("repos/old/r")),
    ]);

    /// <summary>240 completions through an outage of two seconds, 20 of them as event streams.</summary>
    private static Scene OpenAI(Stage stage) => new("openai", stage.Client("openai"), stage.OpenAI,
    [
        .. Many(220, i => Spread(i, 40, Post("chat/completions", Completion(i, stream: false)))),
        .. Many(20, i => Spread(i, 200, Stream("chat/completions", Completion(i, stream: true)))),
    ]);

    /// <summary>200 generations over a limit of 60 per 5 s that nobody announced, with connections that break after the answer was made.</summary>
    private static Scene Gemini(Stage stage) => new("gemini", stage.Client("gemini"), stage.Gemini,
    [
        .. Many(200, i => Post("models/gemini-2.5-flash:generateContent", $"{{\"contents\":[{{\"parts\":[{{\"text\":\"question {i}\"}}]}}]}}")),
    ]);

    /// <summary>180 calls over a limit of 20 per second of which no answer tells; sixty of them write, each of 20 leads three times under one key.</summary>
    private static Scene Instantly(Stage stage) => new("instantly", stage.Client("instantly"), stage.Instantly,
    [
        .. Many(120, i => Get($"campaigns/{i}")),
        .. Many(60, i => Keyed($"lead-{i % 20}", "leads", $"{{\"email\":\"lead{i % 20}@example.com\",\"campaign\":\"c1\"}}")),
    ]);

    /// <summary>150 reads and 60 upserts over limits by the clock second, whose refusals name the next one.</summary>
    private static Scene Attio(Stage stage) => new("attio", stage.Client("attio"), stage.Attio,
    [
        .. Many(150, i => Get($"objects/people/records/{i}")),
        .. Many(60, i => Put("objects/people/records?matching_attribute=email", $"{{\"data\":{{\"values\":{{\"email\":\"person{i}@example.com\"}}}}}}")),
    ]);

    /// <summary>60 searches over a bucket of 20 that refills at 10 a second, 60 queries, and 20 issues, each made three times under one key while connections break.</summary>
    private static Scene Linear(Stage stage) => new("linear", stage.Client("linear"), stage.Linear,
    [
        .. Many(60, i => GraphQL($"query {{ searchIssues(term: \\\"bug {i}\\\") {{ nodes {{ id }} }} }}")),
        .. Many(60, i => GraphQL($"query {{ issue(id: \\\"ENG-{i}\\\") {{ title }} }}")),
        .. Many(60, i => Keyed($"job-{i % 20}", "graphql", $"{{\"query\":\"mutation($input: IssueCreateInput!) {{ issueCreate(input: $input) {{ success }} }}\",\"variables\":{{\"input\":{{\"title\":\"bug {i % 20}\"}}}}}}")),
    ]);

    private static IEnumerable<Func<HttpClient, Task<Played>>> Many(int count, Func<int, Func<HttpClient, Task<Played>>> make) =>
        Enumerable.Range(0, count).Select(make);

    private static Func<HttpClient, Task<Played>> Get(string path) => client => SendAsync(client, new HttpRequestMessage(HttpMethod.Get, path));

    private static Func<HttpClient, Task<Played>> Post(string path, string json) => Write(HttpMethod.Post, path, json);

    private static Func<HttpClient, Task<Played>> Put(string path, string json) => Write(HttpMethod.Put, path, json);

    private static Func<HttpClient, Task<Played>> GraphQL(string document) => Post("graphql", $"{{\"query\":\"{document}\"}}");

    /// <summary>A write that happens once however often it is asked for.</summary>
    private static Func<HttpClient, Task<Played>> Keyed(string key, string path, string json) => client =>
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.SetCallOptions(new CallOptions { IdempotencyKey = key });
        return SendAsync(client, request);
    };

    private static Func<HttpClient, Task<Played>> Write(HttpMethod method, string path, string json) => client =>
        SendAsync(client, new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    /// <summary>Arrivals spread over time, so that some come before, in and after an outage.</summary>
    private static Func<HttpClient, Task<Played>> Spread(int index, int milliseconds, Func<HttpClient, Task<Played>> call) => async client =>
    {
        await Task.Delay(TimeSpan.FromMilliseconds(index * milliseconds), TimeProvider.System);
        return await call(client);
    };

    private static Func<HttpClient, Task<Played>> Stream(string path, string json) => async client =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            bool done = false;
            while (await reader.ReadLineAsync() is { } line)
            {
                done |= line == "data: [DONE]";
            }

            // A stream is bounded by silence, not by the deadline.
            return new Played(done, response.GetCallReport());
        }
        catch (HttpRequestException)
        {
            return new Played(false, request.GetCallReport());
        }
    };

    /// <summary>A body that stops after three bytes: the call has to end at its deadline, as a timeout.</summary>
    private static Func<HttpClient, Task<Played>> Stalled(string path) => client => WithinAsync(StalledDeadline, async () =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.SetCallOptions(new CallOptions { Deadline = StalledDeadline });
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request);
            return new Played(false, response.GetCallReport());
        }
        catch (CallTimeoutException timeout)
        {
            return new Played(timeout.IsDeadline, timeout.Report);
        }
        catch (HttpRequestException)
        {
            return new Played(false, request.GetCallReport());
        }
    });

    private static Task<Played> SendAsync(HttpClient client, HttpRequestMessage request) => WithinAsync(Deadline, async () =>
    {
        using (request)
        {
            try
            {
                using HttpResponseMessage response = await client.SendAsync(request);
                return new Played(response.IsSuccessStatusCode, response.GetCallReport());
            }
            catch (HttpRequestException)
            {
                return new Played(false, request.GetCallReport());
            }
        }
    });

    /// <summary>Judged by a bare timer of the same length: a machine that is busy elsewhere holds up both.</summary>
    private static async Task<Played> WithinAsync(TimeSpan deadline, Func<Task<Played>> call)
    {
        using var ended = new CancellationTokenSource();
        Task<Played> playing = call();
        bool late = await Task.WhenAny(playing, Task.Delay(deadline + Grace, TimeProvider.System, ended.Token)) != playing;
        await ended.CancelAsync();
        Played played = await playing;
        return late ? played with { PastDeadline = deadline } : played;
    }

    private static string Completion(int index, bool stream) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"model\":\"gpt-5\",\"max_tokens\":64,\"stream\":{(stream ? "true" : "false")},\"messages\":[{{\"role\":\"user\",\"content\":\"question {index}\"}}]}}");
}
