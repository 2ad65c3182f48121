namespace Handlers.Benchmarks;

/// <summary>The response headers of two APIs, as they come.</summary>
internal static class AnswerHeaders
{
    public static readonly (string Name, string Value)[] GitHub =
    [
        ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ("Cache-Control", "private, max-age=60, s-maxage=60"),
        ("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With"),
        ("ETag", "W/\"644b5b0155e6404a9cc4bd9d8b1ae730\""),
        ("X-OAuth-Scopes", "repo"),
        ("X-Accepted-OAuth-Scopes", "repo"),
        ("X-GitHub-Media-Type", "github.v3; format=json"),
        ("x-github-api-version-selected", "2022-11-28"),
        ("X-RateLimit-Limit", "5000"),
        ("X-RateLimit-Remaining", "4999"),
        ("X-RateLimit-Reset", "1795265400"),
        ("X-RateLimit-Used", "1"),
        ("X-RateLimit-Resource", "core"),
        ("Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After"),
        ("Access-Control-Allow-Origin", "*"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubdomains; preload"),
        ("X-Frame-Options", "deny"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-XSS-Protection", "0"),
        ("Referrer-Policy", "origin-when-cross-origin, strict-origin-when-cross-origin"),
        ("Content-Security-Policy", "default-src 'none'"),
        ("Server", "github.com"),
        ("X-GitHub-Request-Id", "0402:25A1:11044F5"),
    ];

    public static readonly (string Name, string Value)[] OpenAI =
    [
        ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ("access-control-expose-headers", "X-Request-ID"),
        ("openai-organization", "acme"),
        ("openai-processing-ms", "1204"),
        ("openai-project", "proj_1"),
        ("openai-version", "2020-10-01"),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-limit-tokens", "30000000"),
        ("x-ratelimit-remaining-requests", "9999"),
        ("x-ratelimit-remaining-tokens", "29999000"),
        ("x-ratelimit-reset-requests", "6ms"),
        ("x-ratelimit-reset-tokens", "2ms"),
        ("x-request-id", "req_0f7c0a6bd4a94ab3"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
        ("cf-cache-status", "DYNAMIC"),
        ("X-Content-Type-Options", "nosniff"),
        ("Server", "cloudflare"),
        ("CF-RAY", "9a1f0d5c2b7e4c11-FRA"),
        ("alt-svc", "h3=\":443\"; ma=86400"),
    ];
}
