using System.Text.Json;

namespace Handlers.Tool.Simulation;

/// <summary>An ordinary request to a provider; <c>{n}</c> in path and body stands for the call's number.</summary>
internal sealed record RequestTemplate(string Method, string Path, JsonElement? Body = null)
{
    public static RequestTemplate Of(TwinProvider provider, string? method = null)
    {
        RequestTemplate usual = provider switch
        {
            TwinProvider.GitHub => new("GET", "/repos/octo/cat/issues/{n}"),
            TwinProvider.OpenAI => new("POST", "/v1/chat/completions"),
            TwinProvider.Gemini => new("POST", "/v1beta/models/gemini-2.5-flash:generateContent"),
            TwinProvider.Linear => new("POST", "/graphql", Json("""{"query":"query Issues { issues(first: 50) { nodes { id title } } }"}""")),
            TwinProvider.Instantly => new("GET", "/api/v2/campaigns/{n}"),
            TwinProvider.Attio => new("GET", "/v2/objects/people/records/{n}"),
            _ => new("GET", "/things/{n}"),
        };
        if (method is null || method == usual.Method)
        {
            return usual;
        }

        return provider switch
        {
            TwinProvider.GitHub when method == "POST" => new(method, "/repos/octo/cat/labels", Json("""{"name":"label {n}"}""")),
            _ => new(method, usual.Path, method is "GET" or "HEAD" or "DELETE" ? null : Json("""{"n":"{n}"}""")),
        };
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
