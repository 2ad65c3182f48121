using System.Globalization;
using System.Text;
using Handlers;
using Microsoft.Extensions.DependencyInjection;

// Does numbered writes, each with its key, and says on a line of its own what came of each. Made to be killed at any point and started again.
string file = args[0];
var address = new Uri(args[1]);
int jobs = int.Parse(args[2], CultureInfo.InvariantCulture);

var services = new ServiceCollection();
services.AddSqliteStore(options => options.Path = file);
services.AddHttpClient("api", http => http.BaseAddress = address).AddResilienceHandlers(options =>
{
    options.Account = "acme";
    options.Pacing.Enabled = false;
});
ServiceProvider provider = services.BuildServiceProvider();
await using (provider.ConfigureAwait(false))
{
    HttpClient api = provider.GetRequiredService<IHttpClientFactory>().CreateClient("api");
    ISeenItems seen = provider.GetRequiredService<ISeenItems>();
    for (int i = 0; i < jobs; i++)
    {
        string job = $"job-{i}";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"jobs/{job}") { Content = new StringContent(job, Encoding.UTF8, "text/plain") };
        request.SetCallOptions(new CallOptions { IdempotencyKey = job });
        try
        {
            using HttpResponseMessage response = await api.SendAsync(request).ConfigureAwait(false);
            await SayAsync($"done {job} {(int)response.StatusCode} {await response.Content.ReadAsStringAsync().ConfigureAwait(false)}").ConfigureAwait(false);
            bool isNew = await seen.AddAsync("jobs", job).ConfigureAwait(false);
            await SayAsync($"{(isNew ? "new" : "seen")} {job}").ConfigureAwait(false);
        }
        catch (IdempotencyConflictException conflict)
        {
            await SayAsync($"refused {job} {conflict.Reason}").ConfigureAwait(false);
        }
    }

    await SayAsync("end").ConfigureAwait(false);
}

static async Task SayAsync(string line)
{
    await Console.Out.WriteAsync(line + "\n").ConfigureAwait(false);
    await Console.Out.FlushAsync().ConfigureAwait(false);
}
