namespace Handlers.Tests.Chain;

public class RequestFieldsTests
{
    [Theory]
    [InlineData("Authorization")]
    [InlineData("Cookie")]
    [InlineData("x-api-key")]
    [InlineData("X-Goog-Api-Key")]
    [InlineData("PRIVATE-TOKEN")]
    [InlineData("X-ORGANIZATION-SECRET")]
    [InlineData("CF-Access-Client-Secret")]
    [InlineData("X-Goog-IAP-JWT-Assertion")]
    [InlineData("OK-ACCESS-PASSPHRASE")]
    public void Knows_what_says_on_whose_behalf_a_request_is_sent(string name) => RequestFields.Of(name).ShouldBe(FieldMeaning.Credential);

    [Theory]
    [InlineData("X-User-Id")]
    [InlineData("X-Tenant")]
    [InlineData("OpenAI-Organization")]
    [InlineData("OpenAI-Project")]
    [InlineData("Stripe-Account")]
    [InlineData("Stripe-Context")]
    [InlineData("Xero-tenant-id")]
    [InlineData("X-Scope-OrgID")]
    [InlineData("Zuora-Org-Ids")]
    [InlineData("Impersonate-User")]
    [InlineData("Sudo")]
    [InlineData("X-Vault-Namespace")]
    [InlineData("X-MS-CLIENT-PRINCIPAL")]
    [InlineData("X-On-Behalf-Of")]
    [InlineData("From")]
    [InlineData("Host")]
    public void Knows_by_what_APIs_choose_among_those_whom_a_credential_reaches(string name) => RequestFields.Of(name).ShouldBe(FieldMeaning.Party);

    [Theory]
    [InlineData("accept-language")]
    [InlineData("User-Agent")]
    [InlineData("traceparent")]
    [InlineData("X-B3-TraceId")]
    [InlineData("X-Request-ID")]
    [InlineData("x-ms-client-request-id")]
    [InlineData("X-Amzn-Trace-Id")]
    [InlineData("x-stainless-retry-count")]
    [InlineData("Idempotency-Key")]
    [InlineData("X-Idempotency-Key")]
    public void Knows_what_has_no_say(string name) => RequestFields.Of(name).ShouldBe(FieldMeaning.Neutral);

    [Theory]
    [InlineData("X-CSRF-Token")]
    [InlineData("X-XSRF-TOKEN")]
    [InlineData("RequestVerificationToken")]
    [InlineData("X-WP-Nonce")]
    public void A_guard_against_forgery_chooses_nothing_and_is_a_secret(string name)
    {
        RequestFields.Of(name).ShouldBe(FieldMeaning.Guard);
        RequestFields.IsSecret(name).ShouldBeTrue();
    }

    [Theory]
    [InlineData("X-Api-Client")]
    [InlineData("Prefer")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("")]
    public void Does_not_guess_what_other_names_mean(string name) => RequestFields.Of(name).ShouldBe(FieldMeaning.Unknown);

    [Fact]
    public void A_signature_is_another_one_each_time() => RequestFields.Of("X-Signature").ShouldBe(FieldMeaning.Signature);
}
