using System.Net.Http.Headers;

namespace Handlers.Fallback;

/// <summary>What somebody is asked who stands in for the upstream.</summary>
internal static class SubstituteRequest
{
    /// <summary>For another upstream: without what only this one may see.</summary>
    public static HttpRequestMessage ForOthers(Call call)
    {
        HttpRequestMessage copy = call.CopyForAnother();
        string[] own = [.. copy.Headers.NonValidated.Select(header => header.Key).Where(RequestFields.IsSecret)];
        foreach (string name in own)
        {
            copy.Headers.Remove(name);
        }

        copy.Headers.Host = null;
        if (call.Key?.Header is { } stamped)
        {
            copy.Headers.Remove(stamped);
        }

        return copy;
    }

    /// <summary>Another body of the same kind.</summary>
    public static ByteArrayContent Like(HttpContent original, byte[] body)
    {
        var content = new ByteArrayContent(body);
        foreach ((string name, HeaderStringValues lines) in original.Headers.NonValidated)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                content.Headers.TryAddWithoutValidation(name, lines);
            }
        }

        return content;
    }
}
