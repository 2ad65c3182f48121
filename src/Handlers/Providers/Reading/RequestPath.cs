namespace Handlers.Providers;

/// <summary>The path of a request, and patterns over it in which <c>*</c> stands for one segment, or the rest of one.</summary>
internal static class RequestPath
{
    /// <summary>The path without query. Of the forms a <see cref="Uri"/> can give, the transport needs this one anyway and the Uri keeps it: no string is made for us.</summary>
    public static ReadOnlySpan<char> Of(Uri? uri)
    {
        if (uri is not { IsAbsoluteUri: true })
        {
            return default;
        }

        ReadOnlySpan<char> path = uri.PathAndQuery;
        int query = path.IndexOf('?');
        return query < 0 ? path : path[..query];
    }

    public static bool Is(this ReadOnlySpan<char> path, ReadOnlySpan<char> pattern)
    {
        int at = 0;
        foreach (char expected in pattern)
        {
            if (expected == '*')
            {
                int rest = path[at..].IndexOf('/');
                int length = rest < 0 ? path.Length - at : rest;
                if (length == 0)
                {
                    return false;
                }

                at += length;
            }
            else if (at < path.Length && path[at] == expected)
            {
                at++;
            }
            else
            {
                return false;
            }
        }

        return at == path.Length;
    }
}
