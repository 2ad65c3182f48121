namespace Handlers;

/// <summary>How one call uses the response cache, on top of what its own <c>Cache-Control</c> header says.</summary>
public enum CacheMode : byte
{
    /// <summary>By the rules of HTTP.</summary>
    Default,

    /// <summary>Neither answered from the store nor stored: <c>no-store</c>.</summary>
    NoStore,

    /// <summary>A stored answer is used only after the server confirmed it in this call: <c>no-cache</c>.</summary>
    Revalidate,

    /// <summary>A stored answer is used however old it is, unless its server forbids that: <c>max-stale</c>.</summary>
    PreferCached,

    /// <summary>As <see cref="PreferCached"/>, and without a stored answer a 504 instead of a request: <c>only-if-cached</c>.</summary>
    OnlyIfCached,
}
