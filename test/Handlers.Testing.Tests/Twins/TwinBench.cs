using System.Net.Http.Headers;
using System.Text;

namespace Handlers.Testing.Tests.Twins;

/// <summary>A client straight at a twin, in virtual time, with even network delays.</summary>
internal sealed class TwinBench<TTwin> : IDisposable
    where TTwin : ProviderTwin
{
    public TwinBench(Func<VirtualTime, TTwin> create, string? token = "t1")
    {
        Twin = create(Time);
        Client = new HttpClient(Twin) { BaseAddress = Twin.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    public VirtualTime Time { get; } = new();

    public TTwin Twin { get; }

    public HttpClient Client { get; }

    public async Task<HttpResponseMessage> Get(string path) => await Client.GetAsync(path);

    public async Task<HttpResponseMessage> Post(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await Client.PostAsync(path, content);
    }

    public Task Run(Func<Task> body) => Time.RunAsync(body);

    public Task Wait(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Time);

    public void Dispose()
    {
        Client.Dispose();
        Twin.Dispose();
    }
}
