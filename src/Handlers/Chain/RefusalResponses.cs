using System.Globalization;
using System.Net;
using System.Text;

namespace Handlers;

/// <summary>Turns a refusal of ours into a response where the client's options ask for that instead of an exception.</summary>
internal static class RefusalResponses
{
    public static void Answer(Call call)
    {
        // A call that another one is made of tells that one the truth: only what the caller gets is dressed up.
        if (call.IsInner || call.Policy.Options.Rejections != RejectionStyle.Response || call.Exception is not (CircuitOpenException or QuotaRejectedException))
        {
            return;
        }

        var refusal = (ResilienceRejectedException)call.Exception;
        var response = new HttpResponseMessage(refusal is CircuitOpenException ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.TooManyRequests)
        {
            RequestMessage = call.Request,
            ReasonPhrase = "Refused before sending",
            Content = new StringContent(refusal.Message, Encoding.UTF8, "text/plain"),
        };
        if (refusal.RetryAt is { } at)
        {
            TimeSpan wait = at - call.Client.Clock.Time.GetUtcNow();
            long seconds = wait <= TimeSpan.Zero ? 0 : (long)Math.Ceiling(wait.TotalSeconds);
            response.Headers.TryAddWithoutValidation("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));
        }

        call.Succeed(response);
    }
}
