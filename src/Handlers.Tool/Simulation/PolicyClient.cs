namespace Handlers.Tool.Simulation;

/// <summary>A client under comparison, and what has to be disposed with it.</summary>
internal sealed class PolicyClient(HttpClient client, IDisposable owner) : IDisposable
{
    public HttpClient Client { get; } = client;

    public void Dispose()
    {
        Client.Dispose();
        owner.Dispose();
    }
}
