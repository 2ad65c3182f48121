namespace Handlers.ResponseCaching;

/// <summary>A stored answer that the server is asked to confirm, or that may stand in for an error.</summary>
internal sealed class Revalidation
{
    private const string IfNoneMatch = "If-None-Match";
    private const string IfModifiedSince = "If-Modified-Since";

    private readonly RequestSnapshot _original;

    private Revalidation(StoredResponse stored, in ResponseKey under, bool mayStandIn, RequestSnapshot original)
    {
        Stored = stored;
        Under = under;
        MayStandIn = mayStandIn;
        _original = original;
    }

    public StoredResponse Stored { get; }

    /// <summary>The key that it was found under: an answer to HEAD may be taken from one to GET.</summary>
    public ResponseKey Under { get; }

    /// <summary>It may be used although it is stale, if the server can't be reached or fails.</summary>
    public bool MayStandIn { get; }

    /// <summary>The server has answered with a newer one in its place.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>The request as it was before: what somebody is asked who stands in for the server.</summary>
    public ref readonly RequestSnapshot Unconditional => ref _original;

    /// <summary>The request carries a condition of ours.</summary>
    public bool IsConditional { get; private set; }

    /// <summary>
    /// Puts our condition on the request, in place of the caller's own: the answer then tells about what is stored, and the caller's condition is judged against
    /// that (RFC 9111 §4.3.1).
    /// </summary>
    public static Revalidation Begin(Call call, StoredResponse stored, in ResponseKey under, bool mayStandIn)
    {
        var revalidation = new Revalidation(stored, under, mayStandIn, call.Original);
        if (stored.HasValidator)
        {
            revalidation.IsConditional = true;
            Set(call.Request, IfNoneMatch, stored.ETag);
            Set(call.Request, IfModifiedSince, stored.LastModified);
            call.KeepChanges();
        }

        return revalidation;
    }

    /// <summary>The request asks for what can't be made of the stored answer: the server is told nothing of that one, and it stands in for nothing.</summary>
    public static Revalidation Unasked(Call call, StoredResponse stored, in ResponseKey under) => new(stored, under, mayStandIn: false, call.Original);

    /// <summary>Gives the caller his request back, the way up or before it is sent again.</summary>
    public void GiveBack(Call call)
    {
        if (!IsConditional)
        {
            return;
        }

        IsConditional = false;
        call.Original = _original;
        Restore(call.Request, IfNoneMatch);
        Restore(call.Request, IfModifiedSince);
    }

    private static void Set(HttpRequestMessage request, string name, string? validator)
    {
        request.Headers.Remove(name);
        if (Validators.IsUsable(validator))
        {
            request.Headers.TryAddWithoutValidation(name, validator);
        }
    }

    private void Restore(HttpRequestMessage request, string name)
    {
        request.Headers.Remove(name);
        foreach ((string field, System.Net.Http.Headers.HeaderStringValues lines) in _original.Headers)
        {
            if (field.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.TryAddWithoutValidation(field, lines);
            }
        }
    }
}
