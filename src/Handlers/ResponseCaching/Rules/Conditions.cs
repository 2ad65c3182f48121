using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>The caller's own conditions, judged against a stored answer (RFC 9110 §13.2.2, RFC 9111 §4.3.2).</summary>
internal static class Conditions
{
    /// <summary>Whether the caller has what is stored already: 304.</summary>
    public static bool AreNotModified(in RequestHead request, StoredResponse stored)
    {
        if (!request.IfNoneMatch.IsEmpty)
        {
            return Validators.Names(request.IfNoneMatch, stored.ETag);
        }

        if (!HttpDate.TryParse(request.IfModifiedSince, stored.Received, out DateTimeOffset since))
        {
            return false;
        }

        DateTimeOffset changed = HttpDate.TryParse(stored.LastModified, stored.Received, out DateTimeOffset modified) ? modified
            : HttpDate.TryParse(stored.Date, stored.Received, out DateTimeOffset date) ? date
            : stored.Received;
        return changed <= since;
    }

    /// <summary>Whether a Range still counts (RFC 9110 §13.1.5): only if the rest of what the caller has is exactly this.</summary>
    public static bool RangeStillApplies(string? ifRange, StoredResponse stored)
    {
        if (ifRange is null)
        {
            return true;
        }

        ReadOnlySpan<char> validator = HeaderLines.Trim(ifRange);
        return validator.Contains('"')
            ? stored.ETag is not null && Validators.AreStronglyEqual(validator, stored.ETag)
            : stored.LastModified is not null && validator.SequenceEqual(stored.LastModified);
    }
}
