using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>The request that refreshes a stored answer in the background: a message of its own, because the caller may do with his what he likes.</summary>
internal static class RefreshRequest
{
    private static readonly string[] NotTaken =
        ["Cache-Control", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Range", "Pragma"];

    public static HttpRequestMessage From(Call call)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, call.Original.Uri) { Version = call.Request.Version, VersionPolicy = call.Request.VersionPolicy };
        foreach ((string name, HeaderStringValues lines) in call.Original.Headers)
        {
            if (!NotTaken.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(name, lines);
            }
        }

        // Inner handlers may need what the app put there, such as whose token to use.
        IDictionary<string, object?> options = request.Options;
        foreach ((string key, object? value) in call.Request.Options)
        {
            options[key] = value;
        }

        request.SetCallOptions(new CallOptions
        {
            Account = call.Options?.Account,
            Tenant = call.Options?.Tenant,
            Priority = CallPriority.Background,
            IsRefresh = true,
        });
        return request;
    }
}
