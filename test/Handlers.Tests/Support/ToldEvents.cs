namespace Handlers.Tests.Support;

/// <summary>A caller's progress that keeps everything it was told.</summary>
internal sealed class ToldEvents : IProgress<ResilienceEvent>
{
    private readonly List<ResilienceEvent> _all = [];

    public IReadOnlyList<ResilienceEvent> All => _all;

    public IEnumerable<ResilienceEventKind> Kinds => _all.Select(e => e.Kind);

    public ResilienceEvent this[ResilienceEventKind kind] => _all.Single(e => e.Kind == kind);

    public IEnumerable<string> Said(ResilienceEventKind kind) => _all.Where(e => e.Kind == kind).Select(e => e.Message);

    public void Report(ResilienceEvent value) => _all.Add(value);

    /// <summary>A request that reports here.</summary>
    public HttpRequestMessage Get(string uri) => On(new HttpRequestMessage(HttpMethod.Get, uri));

    public HttpRequestMessage On(HttpRequestMessage request)
    {
        request.SetCallOptions(new CallOptions { Progress = this });
        return request;
    }
}
