using System.Net;

namespace Handlers;

/// <summary>Hands the outcome of a call to the caller: what the call holds is given back now, or at the end of the body.</summary>
internal static class Delivery
{
    // The content that a response without any has; the type is not public.
    private static readonly Type NoContent = new HttpResponseMessage().Content.GetType();

    public static void Prepare(Call call)
    {
        if (call.Response is not { } response)
        {
            if (call.Exception is ResilienceRejectedException refusal)
            {
                // Made when it happened; by now the call knows how it ended.
                refusal.Report = new CallReport(call);
            }

            call.EndBody();
            RefusalResponses.Answer(call);
            return;
        }

        response.RequestMessage ??= call.Request;
        // A content of ours is in the care of a call inside this one, as long as this one holds nothing itself and would not end it earlier.
        bool isCaredFor = response.Content is CallContent own && own.EndsInTimeFor(call) && call.Watcher is null && !call.Grant.IsHeld;
        if (isCaredFor || HasEnded(call, response) || IsConnection(call, response))
        {
            call.EndBody();
            return;
        }

        bool stream = IsStream(response.Content, call.Policy);
        bool isLimited = stream ? call.Policy.Options.BodyIdleTimeout != Timeout.InfiniteTimeSpan : call.DeadlineAt != Clock.Never;
        if (!isLimited && !call.Grant.IsHeld && call.Watcher is null)
        {
            call.EndBody();
            return;
        }

        response.Content = new CallContent(response.Content, call, stream ? TimeoutCause.BodyIdle : TimeoutCause.Total);
    }

    /// <summary>A body already in memory has ended, and so has one that can't have any bytes.</summary>
    public static bool HasEnded(Call call, HttpResponseMessage response) =>
        response.Content is ByteArrayContent or ReadOnlyMemoryContent or BufferedBody { IsWhole: true }
        || response.Content.GetType() == NoContent
        || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified
        || call.Original.Method == HttpMethod.Head;

    /// <summary>
    /// What follows is no body but a connection of the caller's, to read from and to write to (a WebSocket's): RFC 9110 §15.2.2, §9.3.6, RFC 8441. A wrapper would
    /// end it at the deadline, and can't be written to.
    /// </summary>
    private static bool IsConnection(Call call, HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.SwitchingProtocols || (call.Original.Method == HttpMethod.Connect && response.IsSuccessStatusCode);

    /// <summary>Streams are known by media type, never by a missing length.</summary>
    public static bool IsStream(HttpContent content, ClientPolicy policy) => IsStream(MediaTypes.Of(content), policy);

    public static bool IsStream(ReadOnlySpan<char> type, ClientPolicy policy)
    {
        if (MediaTypes.IsStream(type))
        {
            return true;
        }

        foreach (string extra in policy.StreamTypes)
        {
            if (type.Equals(extra, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
