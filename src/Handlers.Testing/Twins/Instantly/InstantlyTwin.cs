using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// Instantly's API v2 as far as limits go: counters of the workspace, shared by all its keys, and refusals that tell nothing. Quotas are
/// named <c language="text">workspace</c>, <c language="text">emails</c>, <c language="text">test-emails</c> and <c language="text">oauth</c>;
/// those of a second workspace (x-as-workspace) end in #2.
/// </summary>
public sealed class InstantlyTwin : ProviderTwin
{
    private readonly InstantlyTwinOptions _options;
    private readonly Dictionary<string, InstantlyWorkspace> _workspaces = new(StringComparer.Ordinal);
    private int _created;

    /// <summary>Makes a twin with Instantly's documented limits, or the given ones.</summary>
    public InstantlyTwin(InstantlyTwinOptions? options = null, TimeProvider? timeProvider = null)
        : base(options ??= new InstantlyTwinOptions(), timeProvider) => _options = options;

    /// <inheritdoc/>
    public override Uri BaseAddress { get; } = new("https://api.instantly.ai/api/v2/");

    private protected override IEnumerable<string> QuotasOf(TwinRequest request)
    {
        InstantlyWorkspace workspace = WorkspaceOf(request);
        return EndpointOf(request, workspace) is var (name, _) ? [name + workspace.Suffix, "workspace" + workspace.Suffix] : ["workspace" + workspace.Suffix];
    }

    private protected override TwinReply? Refuse(TwinRequest request)
    {
        InstantlyWorkspace workspace = WorkspaceOf(request);
        var endpoint = EndpointOf(request, workspace);
        long now = NowTicks;
        if (endpoint is ("oauth", var initiations) && (now < workspace.BlockedUntil || !initiations.Fits(now, 1)))
        {
            if (now >= workspace.BlockedUntil)
            {
                workspace.Block(now);
            }

            return RetryAfter(Refusal("oauth" + workspace.Suffix, "IP temporarily blocked"), workspace.BlockedUntil - now);
        }

        if (endpoint is var (name, window) && !window.Fits(now, 1))
        {
            return Refusal(name + workspace.Suffix, "Rate limit exceeded");
        }

        if (!workspace.PerSecond.Fits(now, 1) || !workspace.PerMinute.Fits(now, 1))
        {
            return Refusal("workspace" + workspace.Suffix, "Rate limit exceeded");
        }

        workspace.PerSecond.Take(now, 1);
        workspace.PerMinute.Take(now, 1);
        endpoint?.Window.Take(now, 1);
        return null;
    }

    private protected override TwinReply Execute(TwinRequest request)
    {
        if (request.IsRead || IsList(request))
        {
            return TwinReply.Json(200, """{"items":[{"id":"019a9b3e-0000-7000-8000-000000000001"}],"next_starting_after":"019a9b3e-0000-7000-8000-000000000001"}""");
        }

        string id = string.Create(CultureInfo.InvariantCulture, $"019a9b3e-0000-7000-8000-{++_created:D12}");
        return TwinReply.Json(200, new JsonObject { ["id"] = id, ["timestamp_created"] = Clock.ToString("O", CultureInfo.InvariantCulture) }.ToJsonString());
    }

    private protected override IEnumerable<(MeteredLimit Limit, double Cost)> ChargesWithinLimits(TwinRequest request)
    {
        InstantlyWorkspace workspace = WorkspaceOf(request);
        yield return (workspace.PerSecond, 1);
        yield return (workspace.PerMinute, 1);
        if (EndpointOf(request, workspace) is var (_, window))
        {
            yield return (window, 1);
        }
    }

    private protected override ProviderTwin Anew() => new InstantlyTwin(_options, Time);

    // "Don't assume retries are safe on writes"; only lists are read by POST, and leads can ask to be skipped when they are there.
    private protected override string? EffectOf(TwinRequest request) =>
        request.Method != "POST" || IsList(request) || SkipsDuplicates(request) ? null : WriteKey(request);

    private protected override string ErrorBody(int status) =>
        status == 429 ? Body(429, "Too Many Requests", "Rate limit exceeded") : Body(503, "Service Unavailable", "Upstream provider temporarily unavailable");

    private static TwinReply Refusal(string quota, string message) =>
        new() { Status = 429, RefusedBy = quota, Body = new ScriptedBody().Text(Body(429, "Too Many Requests", message)) };

    private static string Body(int status, string error, string message) =>
        new JsonObject { ["statusCode"] = status, ["error"] = error, ["message"] = message }.ToJsonString();

    private InstantlyWorkspace WorkspaceOf(TwinRequest request)
    {
        string name = request.Header("x-as-workspace") ?? "";
        if (!_workspaces.TryGetValue(name, out InstantlyWorkspace? workspace))
        {
            workspace = new InstantlyWorkspace(_options, _workspaces.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"#{_workspaces.Count + 1}"));
            _workspaces.Add(name, workspace);
        }

        return workspace;
    }

    private static (string Name, SlidingWindow Window)? EndpointOf(TwinRequest request, InstantlyWorkspace workspace)
    {
        string path = request.Path;
        if (request.IsRead)
        {
            return path.EndsWith("/emails", StringComparison.Ordinal) ? ("emails", workspace.Emails) : null;
        }

        return path.EndsWith("/emails/test", StringComparison.Ordinal) ? ("test-emails", workspace.TestEmails)
            : path.Contains("/oauth/", StringComparison.Ordinal) && path.EndsWith("/init", StringComparison.Ordinal) ? ("oauth", workspace.OAuth)
            : null;
    }

    private static bool IsList(TwinRequest request) => request.Path.EndsWith("/list", StringComparison.Ordinal);

    private static bool SkipsDuplicates(TwinRequest request) =>
        request.Json.ValueKind == JsonValueKind.Object && request.Json.EnumerateObject().Any(static property =>
            property.Name.StartsWith("skip_if_in_", StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.True);
}
