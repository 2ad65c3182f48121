using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Handlers.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Handlers.AspNetCore.Tests.Status;

/// <summary>Safe by default.</summary>
public sealed class StatusAccessTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("203.0.113.7");

    public static TheoryData<string> Paths => ["/resilience", "/resilience/page.js", "/resilience/page.css", "/resilience/snapshot", "/resilience/history", "/resilience/events"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task This_machine_may_look(string path)
    {
        await using StatusApp app = await StatusApp.StartAsync();

        using HttpResponseMessage answer = await app.Browser.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Others_may_not(string path)
    {
        await using StatusApp app = await StatusApp.StartAsync(remote: Elsewhere);

        using HttpResponseMessage answer = await app.Browser.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("RequireAuthorization");
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("CF-Connecting-IP", "203.0.113.7")]
    [InlineData("Host", "attacker.example")]
    [InlineData("Host", "localhost.attacker.example")]
    public async Task Neither_a_proxy_on_this_machine_nor_a_foreign_name_for_it_opens_the_page(string header, string value)
    {
        await using StatusApp app = await StatusApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/resilience/snapshot");
        request.Headers.TryAddWithoutValidation(header, value);

        using HttpResponseMessage answer = await app.Browser.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_proxy_that_asks_for_this_machine_and_speaks_its_old_protocol_does_not_open_it_either()
    {
        await using StatusApp app = await StatusApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/resilience/snapshot") { Version = HttpVersion.Version10 };

        using HttpResponseMessage answer = await app.Browser.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Everybody_may_look_where_the_app_says_so()
    {
        await using StatusApp app = await StatusApp.StartAsync(map: web => web.MapResilienceStatus("/status", o => o.AllowRemote = true), remote: Elsewhere);

        using HttpResponseMessage answer = await app.Browser.GetAsync("/status/snapshot");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.Unauthorized)]
    public async Task With_authorization_it_alone_decides(bool knows, HttpStatusCode expected)
    {
        await using StatusApp app = await StatusApp.StartAsync(
            map: web =>
            {
                web.UseAuthentication();
                web.UseAuthorization();
                web.MapResilienceStatus().RequireAuthorization();
            },
            services: services =>
            {
                services.AddAuthentication("Password").AddScheme<AuthenticationSchemeOptions, PasswordHandler>("Password", null);
                services.AddAuthorization();
            },
            remote: Elsewhere);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/resilience/snapshot");
        request.Headers.Add("Password", knows ? "swordfish" : "guess");

        using HttpResponseMessage answer = await app.Browser.SendAsync(request);

        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task The_page_runs_nothing_but_its_own_files()
    {
        await using StatusApp app = await StatusApp.StartAsync();

        using HttpResponseMessage answer = await app.Browser.GetAsync("/resilience");

        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'");
        policy.ShouldNotContain("unsafe");
        policy.ShouldContain("frame-ancestors 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        string html = await answer.Content.ReadAsStringAsync();
        html.ShouldNotContain("http://");
        html.ShouldNotContain("https://");
        html.ShouldNotContain("{{");
    }

    [Theory]
    [InlineData("/ops/resilience", "/shop/ops/resilience")]
    [InlineData("/ops/resilience", "/shop/ops/resilience/")]
    [InlineData("/ops/a:b", "/shop/ops/a:b")]
    [InlineData("/{team}/resilience", "/shop/a%20%22b%3C/resilience")]
    [InlineData("/", "/shop/")]
    public async Task The_page_finds_its_files_below_itself(string pattern, string address)
    {
        await using StatusApp app = await StatusApp.StartAsync(map: web =>
        {
            web.UsePathBase("/shop");
            web.UseRouting();
            web.MapResilienceStatus(pattern);
        });

        string html = await app.Browser.GetStringAsync(address);

        // What a browser sees behind a proxy that has cut off a prefix.
        var seen = new Uri($"https://proxy.example/cut/off{address}");
        string script = html.Split("src=\"")[1].Split('"')[0];
        var found = new Uri(seen, WebUtility.HtmlDecode(script));
        found.AbsoluteUri.ShouldBe($"{seen.AbsoluteUri.TrimEnd('/')}/page.js");
        using HttpResponseMessage answer = await app.Browser.GetAsync(found.AbsolutePath["/cut/off".Length..]);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_question_for_the_head_alone_is_answered_like_one_for_the_whole(string path)
    {
        await using StatusApp app = await StatusApp.StartAsync();
        using HttpResponseMessage whole = await app.Browser.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        using var request = new HttpRequestMessage(HttpMethod.Head, path);

        using HttpResponseMessage head = await app.Browser.SendAsync(request);

        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        head.Content.Headers.ContentType.ShouldBe(whole.Content.Headers.ContentType);
        head.Headers.CacheControl.ShouldBe(whole.Headers.CacheControl);
    }

    [Fact]
    public async Task An_output_cache_of_the_app_hands_out_to_nobody_what_this_machine_has_seen()
    {
        IPAddress? remote = null;
        await using StatusApp app = await StatusApp.StartAsync(
            map: web =>
            {
                web.Use((context, next) =>
                {
                    context.Connection.RemoteIpAddress = remote ?? context.Connection.RemoteIpAddress;
                    return next(context);
                });
                web.UseRouting();
                web.UseOutputCache();
                web.MapResilienceStatus();
            },
            services: services => services.AddOutputCache(cache => cache.AddBasePolicy(policy => policy.Cache())));
        (await app.Browser.GetAsync("/resilience/snapshot")).StatusCode.ShouldBe(HttpStatusCode.OK);

        remote = Elsewhere;
        using HttpResponseMessage answer = await app.Browser.GetAsync("/resilience/snapshot");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Other_methods_are_refused_with_those_that_are_not()
    {
        await using StatusApp app = await StatusApp.StartAsync();

        using HttpResponseMessage answer = await app.Browser.DeleteAsync("/resilience/snapshot");

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe(["GET", "HEAD"], ignoreOrder: true);
    }

    [Fact]
    public async Task Without_a_client_there_is_nothing_to_show_and_the_app_says_so_at_start()
    {
        InvalidOperationException failure = await Should.ThrowAsync<InvalidOperationException>(() => StatusApp.StartAsync(clients: []));

        failure.Message.ShouldContain("AddResilienceHandlers");
    }

    private sealed class PasswordHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["Password"] == "swordfish"
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim("name", "ops")], "Password")), "Password"))
                : AuthenticateResult.NoResult());
    }
}
