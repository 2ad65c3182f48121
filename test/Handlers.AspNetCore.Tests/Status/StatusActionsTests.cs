using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Handlers.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.AspNetCore.Tests.Status;

public sealed partial class StatusActionsTests
{
    private static readonly object Circuit = new { client = "github", authority = "https://github.example:443" };

    [Theory]
    [InlineData("isolate")]
    [InlineData("reset")]
    public async Task The_page_only_shows_unless_actions_are_allowed(string action)
    {
        await using StatusApp app = await StatusApp.StartAsync();

        using HttpResponseMessage answer = await app.Browser.PostAsJsonAsync($"/resilience/{action}", Circuit);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task With_the_page_s_token_a_circuit_is_isolated_and_reset()
    {
        await using StatusApp app = await Acting();
        (await app.Client("github").GetAsync("things")).Dispose();

        (await PostAsync(app, "isolate", await TokenAsync(app), Circuit)).ShouldBe(HttpStatusCode.NoContent);
        app.Monitor.OpenCircuits.Single().State.ShouldBe(CircuitState.Isolated);

        (await PostAsync(app, "reset", await TokenAsync(app), Circuit)).ShouldBe(HttpStatusCode.NoContent);
        app.Monitor.OpenCircuits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_token_or_by_get_nothing_happens()
    {
        await using StatusApp app = await Acting();
        (await app.Client("github").GetAsync("things")).Dispose();
        await TokenAsync(app);

        (await PostAsync(app, "isolate", ("X-Forged", "x"), Circuit)).ShouldBe(HttpStatusCode.BadRequest);
        using HttpResponseMessage got = await app.Browser.GetAsync("/resilience/isolate");

        got.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        app.Monitor.OpenCircuits.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_circuit_that_is_not_there_is_a_bad_request()
    {
        await using StatusApp app = await Acting();

        (await PostAsync(app, "reset", await TokenAsync(app), new { client = "nobody" })).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(app, "reset", await TokenAsync(app), new { other = 1 })).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Actions_without_antiforgery_services_stop_the_app_at_start()
    {
        InvalidOperationException failure = await Should.ThrowAsync<InvalidOperationException>(
            () => StatusApp.StartAsync(map: web => web.MapResilienceStatus(configure: o => o.AllowActions = true)));

        failure.Message.ShouldContain("AddAntiforgery");
    }

    private static Task<StatusApp> Acting() => StatusApp.StartAsync(
        map: web => web.MapResilienceStatus(configure: o => o.AllowActions = true), services: services => services.AddAntiforgery());

    private static async Task<(string Header, string Token)> TokenAsync(StatusApp app)
    {
        Match page = Tokens.Match(await app.Browser.GetStringAsync("/resilience"));
        return (page.Groups["header"].Value, page.Groups["token"].Value);
    }

    private static async Task<HttpStatusCode> PostAsync(StatusApp app, string action, (string Header, string Value) token, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/resilience/{action}") { Content = JsonContent.Create(body) };
        request.Headers.Add(token.Header, token.Value);
        using HttpResponseMessage answer = await app.Browser.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex("data-token-header=\"(?<header>[^\"]+)\" data-token=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Tokens { get; }
}
