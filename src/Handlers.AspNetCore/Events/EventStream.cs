using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Handlers.AspNetCore;

/// <summary>A response that is a stream of events.</summary>
internal static class EventStream
{
    /// <summary>Turns the response into one: nobody on the way may keep or collect it.</summary>
    public static void Begin(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
