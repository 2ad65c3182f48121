namespace Handlers.Tool.Explain;

/// <summary>An answer written down, with what is known of its request.</summary>
internal sealed record AnswerRecord
{
    public required HttpMethod Method { get; init; }

    public required Uri Url { get; init; }

    public IReadOnlyList<(string Name, string Value)> RequestHeaders { get; init; } = [];

    /// <summary>The request's body; null for none.</summary>
    public byte[]? RequestBody { get; init; }

    public required int Status { get; init; }

    /// <summary>Header lines in order; a name may come more than once.</summary>
    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    public byte[] Body { get; init; } = [];

    /// <summary>The local clock when the answer came.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The request as the app would make it.</summary>
    public HttpRequestMessage ToRequest()
    {
        HttpRequestMessage request = new(Method, Url);
        if (RequestBody is { } body)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach ((string name, string value) in RequestHeaders)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (request.Content is { } content && !content.Headers.NonValidated.Contains("Content-Type"))
        {
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        return request;
    }

    /// <summary>The answer as the transport would hand it up.</summary>
    public HttpResponseMessage ToResponse()
    {
        HttpResponseMessage response = new((System.Net.HttpStatusCode)Status) { Content = new ByteArrayContent(Body) };
        foreach ((string name, string value) in Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }
}
