using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Idempotency;

/// <summary>Code that stands in docs/idempotency.md.</summary>
internal static class DocumentedKeys
{
    public static HttpRequestMessage OwnKey()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "invoices") { Content = JsonContent.Create(new { customer = 7, amount = 120 }) };
        request.SetCallOptions(new CallOptions { IdempotencyKey = CallOptions.KeyOf("invoice", "7", "2026-11") });
        return request;
    }

    public static async Task KeyOfAJob(HttpClient attio, HttpContent person)
    {
        using (CallOptions.BeginScope(new CallOptions { IdempotencyKey = "job-42" }, client: "attio"))
        {
            await attio.PutAsync("v2/objects/people/records?matching_attribute=email_addresses", person);
        }
    }

    public static void Probe(IServiceCollection services, Invoices invoices)
    {
        services.AddHttpClient("invoicing").AddResilienceHandlers(options => options.Idempotency.Probe =
            async (request, key, token) => await invoices.ExistsAsync(key, token) ? true : null);
    }

    internal abstract class Invoices
    {
        public abstract Task<bool> ExistsAsync(string key, CancellationToken token);
    }
}
