using System.Text;

namespace Handlers.Providers;

/// <summary>
/// Names a REST operation as the documentation of GitHub does, as far as paths go by themselves: what follows <c>repos</c> are an owner and a repository,
/// what follows <c>branches</c> is a branch.
/// </summary>
internal static class GitHubPath
{
    public static string NameOf(HttpMethod method, Uri uri)
    {
        var name = new StringBuilder(method.Method).Append(' ');
        string last = "";
        foreach (string segment in uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string shown = last switch
            {
                "repos" => "{owner}",
                "{owner}" => "{repo}",
                "orgs" or "organizations" => "{org}",
                "users" or "collaborators" or "members" or "memberships" or "assignees" => "{username}",
                "teams" => "{team_slug}",
                "branches" => "{branch}",
                "commits" or "ref" or "refs" => "{ref}",
                "compare" => "{basehead}",
                "tags" => "{tag}",
                "labels" or "secrets" or "variables" or "topics" or "environments" => "{name}",
                "gists" => "{gist_id}",
                "contents" => "{path}",
                _ => OperationName.LooksLikeId(segment) ? "{id}" : segment,
            };
            name.Append('/').Append(shown);
            last = shown;

            // The rest is a path, or a name with slashes, of the repository's own.
            if (shown is "{path}" or "{ref}")
            {
                break;
            }
        }

        return name.ToString();
    }
}
