using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>Whether an answer may, and is worth to, be stored (RFC 9111 §3). The first reason against it is given.</summary>
internal static class StoragePolicy
{
    /// <summary>
    /// What four fields tell: no-store, or nothing by which an answer could ever be used again. Many APIs answer so, and it saves them the pass over all fields.
    /// <see cref="Storability.Store"/>: nothing speaks against it yet.
    /// </summary>
    public static Storability AtAGlance(HttpResponseMessage response)
    {
        HttpHeadersNonValidated fields = response.Headers.NonValidated;
        ResponseDirectives said = fields.TryGetValues("Cache-Control", out HeaderStringValues lines) ? ResponseDirectives.Parse(new FieldLines(lines)) : ResponseDirectives.None;
        if (said.NoStore && !said.MustUnderstand)
        {
            return Storability.ResponseForbids;
        }

        HttpHeadersNonValidated ofContent = response.Content.Headers.NonValidated;
        bool isReusable = said.MaxAge != DeltaSeconds.None || fields.Contains("ETag") || ofContent.Contains("Expires") || ofContent.Contains("Last-Modified");
        return isReusable ? Storability.Store : Storability.NothingToReuse;
    }

    /// <param name="head">The answer to a GET or HEAD without content.</param>
    /// <param name="freshness">What the answer says about its lifetime.</param>
    public static Storability Decide(in ResponseHead head, Freshness freshness)
    {
        ResponseDirectives said = head.Directives;
        bool understood = StatusCodes.IsUnderstood(head.Status);
        if (head.Status is < 200 or 206 or 304 || StatusCodes.IsNeverStored(head.Status))
        {
            return Storability.Status;
        }

        // A part that calls itself the whole would be handed to callers who asked for everything. Nonsense in the field makes no part.
        if (RangeSlice.IsContentRange(head.ContentRange))
        {
            return Storability.Partial;
        }

        // §5.2.2.3: must-understand replaces no-store for those who understand the status, and forbids storing to the others.
        if (said.MustUnderstand ? !understood : said.NoStore)
        {
            return Storability.ResponseForbids;
        }

        if (VaryNames.IsStar(head.Vary))
        {
            return Storability.VaryStar;
        }

        if (!freshness.IsExplicit && !said.Public && !said.Private && !StatusCodes.IsHeuristicallyCacheable(head.Status))
        {
            return Storability.Status;
        }

        bool hasValidator = Validators.IsUsable(head.ETag) || head.LastModified is not null;
        bool usable = hasValidator || (!said.NoCache && (freshness.IsExplicit || freshness.Lifetime > 0));
        return usable ? Storability.Store : Storability.NothingToReuse;
    }
}
