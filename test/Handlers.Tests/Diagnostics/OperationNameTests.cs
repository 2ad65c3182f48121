namespace Handlers.Tests.Diagnostics;

public class OperationNameTests
{
    [Theory]
    [InlineData("/v1/chat/completions", "GET /v1/chat/completions")]
    [InlineData("/v1beta2/models/list", "GET /v1beta2/models/list")]
    [InlineData("/api/streamGenerateContent/pull_requests", "GET /api/streamGenerateContent/pull_requests")]
    [InlineData("/getUserAccountSettings/INTERNAL_DOCUMENTATION", "GET /getUserAccountSettings/INTERNAL_DOCUMENTATION")]
    [InlineData("/users/ada@example.com/orders/17?key=secret#part", "GET /users/{id}/orders/{id}")]
    [InlineData("/services/T00000000/B00000000/XqKvZtRwYbNmLpQsDfGhJkCx", "GET /services/{id}/{id}/{id}")]
    [InlineData("/hooks/aBcDeFgHiJkLmNoP", "GET /hooks/{id}")]
    [InlineData("/a%2fb/\u00e4", "GET /{id}/{id}")]
    [InlineData("/", "GET /")]
    public void Names_the_path_without_what_may_be_an_id_or_a_secret(string path, string name) =>
        OperationName.Of(HttpMethod.Get, new Uri($"https://user:secret@api.example{path}")).ShouldBe(name);
}
