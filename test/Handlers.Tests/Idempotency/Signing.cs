namespace Handlers.Tests.Idempotency;

/// <summary>An auth handler as apps write them: below ours, adding the token of whoever is logged in.</summary>
internal sealed class Signing(Func<string> user) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Remove("Authorization");
        request.Headers.Add("Authorization", $"Bearer {user()}");
        return base.SendAsync(request, cancellationToken);
    }
}
