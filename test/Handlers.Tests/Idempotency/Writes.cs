using System.Text;

namespace Handlers.Tests.Idempotency;

/// <summary>Requests as the tests send them.</summary>
internal static class Writes
{
    public static HttpRequestMessage Post(string? key = null, string body = """{"a":1}""", string path = "things", ReplaySafety? replay = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null || replay is not null)
        {
            request.SetCallOptions(new CallOptions { IdempotencyKey = key, Replay = replay });
        }

        return request;
    }

    public static async Task<string> SendForText(this HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            using HttpResponseMessage response = await client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }
}
