using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>The errors of a GraphQL answer (specification §7.1), which comes with HTTP 200 whatever happened.</summary>
internal readonly ref struct GraphQLErrors
{
    private readonly JsonBody _body;

    public GraphQLErrors(ReadOnlySpan<byte> body)
    {
        // Nearly every answer leaves here, without being parsed.
        _body = body.IndexOf("\"errors\""u8) < 0 ? default : JsonBody.Open(body);
    }

    /// <summary>Part of the document was executed and gave something, so the answer is not a refusal of the whole.</summary>
    public bool HasData => _body.At("data").IsObject;

    /// <summary>Some field of the document gave something. The fields of a mutation are executed one after the other: an error beside it came for a later one.</summary>
    public bool IsPartlyExecuted => _body.HasMembers("data");

    /// <summary>There are errors and no data: nothing was executed.</summary>
    public bool IsRefusal => _body.EnumerateArray("errors").MoveNext() && !HasData;

    public JsonBody.Elements GetEnumerator() => _body.EnumerateArray("errors");
}
