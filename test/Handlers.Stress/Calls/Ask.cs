using System.Globalization;
using System.Net.Http.Headers;

namespace Handlers.Stress.Calls;

/// <summary>One call as an application makes it.</summary>
internal sealed record Ask(HttpMethod Method, string Path)
{
    /// <summary>What the body of a success begins with; null where no echo is to be expected.</summary>
    public string? Echo { get; init; }

    /// <summary>The write's number, which makes its effect countable; 0 for what may be repeated.</summary>
    public int Write { get; init; }

    public int BodyBytes { get; init; }

    /// <summary>A field of this many bytes that no server takes.</summary>
    public int HugeField { get; init; }

    public bool NoCache { get; init; }

    /// <summary>When the caller gives up, from the start of the call on.</summary>
    public TimeSpan? GiveUpAfter { get; init; }

    /// <summary>When the call has to be over.</summary>
    public TimeSpan Deadline { get; init; }

    public CallOptions? Options { get; init; }

    public BodyUse Use { get; init; }

    public bool IsSynchronous { get; init; }

    public HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(Method, Path);
        if (BodyBytes > 0)
        {
            request.Content = new ByteArrayContent(new byte[BodyBytes]);
        }

        if (Write > 0)
        {
            request.Headers.Add(Journal.Write, Write.ToString(CultureInfo.InvariantCulture));
        }

        if (HugeField > 0)
        {
            request.Headers.Add("X-Huge", new string('x', HugeField));
        }

        if (NoCache)
        {
            request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        }

        if (Options is not null)
        {
            request.SetCallOptions(Options);
        }

        return request;
    }
}
