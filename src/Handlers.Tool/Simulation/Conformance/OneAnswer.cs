using System.Net;
using System.Text;

namespace Handlers.Tool.Simulation.Conformance;

/// <summary>Gives a row's answer to the first attempt and a success to every later one.</summary>
internal sealed class OneAnswer(ConformanceRow row, TimeProvider time) : HttpMessageHandler
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>When each attempt came.</summary>
    public List<TimeSpan> Attempts { get; } = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Attempts.Add(time.GetElapsedTime(_start));
        if (Attempts.Count > 1)
        {
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}", Encoding.UTF8, "application/json"), RequestMessage = request });
        }

        var response = new HttpResponseMessage((HttpStatusCode)row.Status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(row.Body)), RequestMessage = request };
        foreach (var (name, values) in row.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, values))
            {
                response.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        return Task.FromResult(response);
    }
}
