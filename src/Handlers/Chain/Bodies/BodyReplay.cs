using System.Net.Http.Json;
using Handlers.Providers;

namespace Handlers;

/// <summary>Whether a request body can be sent again, and making it so where that costs little.</summary>
internal static class BodyReplay
{
    /// <summary>The content to send: itself when it can be sent any number of times, else one that keeps a copy of what is sent, up to a bound.</summary>
    public static HttpContent Prepare(HttpContent content, long maxBuffered) =>
        Repeats(content) ? content : new ReplayContent(content, maxBuffered);

    public static bool CanSendAgain(HttpContent? content) => content is not ReplayContent replay || replay.CanSendAgain;

    /// <summary>It can be read any number of times as it is.</summary>
    public static bool Repeats(HttpContent content) => content switch
    {
        ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent json => !RequestBody.IsLazy(json),
        StreamContent stream => IsSeekable(stream),
        MultipartContent parts => parts.All(Repeats),
        ReplayContent replay => replay.CanSendAgain,
        _ => false,
    };

    /// <summary>A stream content rewinds by itself when its stream can seek; asking opens nothing and reads nothing.</summary>
    private static bool IsSeekable(StreamContent content)
    {
        try
        {
            return content.ReadAsStream().CanSeek;
        }
        catch (Exception failure) when (failure is NotSupportedException or ObjectDisposedException or IOException)
        {
            return false;
        }
    }
}
