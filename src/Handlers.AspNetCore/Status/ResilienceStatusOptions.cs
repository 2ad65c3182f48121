namespace Handlers;

/// <summary>Who may see the status page, and whether it can steer.</summary>
public sealed class ResilienceStatusOptions
{
    /// <summary>
    /// Answers everybody, with no authorization. Default false: without authorization on the endpoint only requests from this machine are answered, to a local host
    /// name and through no proxy. Prefer <c>MapResilienceStatus().RequireAuthorization(…)</c>.
    /// </summary>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Lets the page isolate and reset circuits, by POST with an antiforgery token (the container needs <c>AddAntiforgery()</c>). Default false: it only shows.
    /// </summary>
    public bool AllowActions { get; set; }
}
