using System.Net.Http.Headers;
using Handlers.Providers;

namespace Handlers.Idempotency;

/// <summary>
/// The request of a flight: a copy, because the caller may dispose his while others wait for the answer. A body in memory is copied by reference; one that can
/// be read only once stays the caller's.
/// </summary>
internal static class FlightRequest
{
    public static HttpRequestMessage Of(Call call, CallOptions options)
    {
        HttpRequestMessage copy = call.Original.Copy(ContentOf(call.Original.Content));
        copy.SetCallOptions(options);
        return copy;
    }

    private static HttpContent? ContentOf(HttpContent? content)
    {
        if (!RequestBody.TryPeek(content, out ReadOnlyMemory<byte> body))
        {
            return content;
        }

        var copy = new ReadOnlyMemoryContent(body);
        foreach ((string name, HeaderStringValues lines) in content!.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(name, lines);
        }

        return copy;
    }
}
