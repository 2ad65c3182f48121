using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Handlers.AspNetCore.Tests.Support;
using Handlers.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Handlers.AspNetCore.Tests.Browser;

/// <summary>The page as a person sees it.</summary>
[SuppressMessage("Performance", "MA0023:Add RegexOptions.ExplicitCapture", Justification = "The browser runs these expressions.")]
[SuppressMessage("Security", "MA0009:Add regex evaluation timeout", Justification = "The browser runs these expressions.")]
public sealed class StatusPageTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>
{
    private static readonly string[] Six = ["github", "openai", "gemini", "linear", "attio", "instantly"];

    [BrowserFact]
    public async Task Shows_six_clients_with_their_circuits_and_quotas()
    {
        await using StatusApp app = await StatusApp.StartAsync(Six);
        foreach (string client in Six)
        {
            (await app.Client(client).GetAsync("things")).Dispose();
        }

        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);

        await Expect(browser.Clients).ToHaveCountAsync(6);
        await Expect(browser.Page.Locator("[data-client=github] .tag")).ToHaveTextAsync("closed");
        await Expect(browser.Page.Locator("[data-client=github] .facts")).ToContainTextAsync("calls1ok100.0 %");
        await Expect(browser.Page.Locator("#summary")).ToHaveTextAsync("6 clients · all circuits closed · all gates open");
        await Expect(browser.Page.Locator("[data-quota='instantly/instantly/workspace'] .limit")).ToHaveCountAsync(2);
        await browser.ShouldBeCleanAsync();
    }

    [BrowserFact]
    public async Task Shows_a_hundred_clients_and_finds_one_of_them()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"shop-{i}")];
        await using StatusApp app = await StatusApp.StartAsync(names);
        foreach (string client in names)
        {
            (await app.Client(client).GetAsync("things")).Dispose();
        }

        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);

        await Expect(browser.Clients).ToHaveCountAsync(100);
        await browser.ShouldBeCleanAsync();
        await browser.Page.FillAsync("#filter", "shop-42");
        await Expect(browser.Clients).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task A_closed_gate_counts_down_and_says_why()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"], settings: [("Retry:MaxRetries", "0")]);
        app.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(90));
        (await app.Client("shop").GetAsync("things")).Dispose();

        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);

        ILocator gate = browser.Page.Locator(".gate:visible");
        await Expect(gate).ToHaveTextAsync(new Regex("^gate opens in \\d+ s · .+"));
        int first = await SecondsAsync(gate);
        first.ShouldBeInRange(60, 91);
        await Expect(gate).Not.ToContainTextAsync($"in {first} s");
        (await SecondsAsync(gate)).ShouldBeLessThan(first);
        await browser.ShouldBeCleanAsync();
    }

    [BrowserFact]
    public async Task Who_waits_is_shown_by_priority_and_with_the_reason()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"], settings: [("Pacing:Limits", "1/hour; window"), ("TotalTimeout", "1.00:00:00")]);
        using var stop = new CancellationTokenSource();
        (await app.Client("shop").GetAsync("things")).Dispose();
        Task<HttpResponseMessage> waiting;
        using (CallOptions.BeginScope(new CallOptions { Priority = CallPriority.Interactive }))
        {
            waiting = app.Client("shop").GetAsync("things", stop.Token);
        }

        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);

        await Expect(browser.Page.Locator(".queue:visible").First).ToHaveTextAsync("1 waiting (1 interactive), because 1/hour; window is used up");
        await browser.ShouldBeCleanAsync();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [BrowserFact]
    public async Task A_circuit_that_opens_is_seen_within_a_second()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"]);
        (await app.Client("shop").GetAsync("things")).Dispose();
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);
        ILocator tag = browser.Page.Locator("[data-client=shop] .tag");
        await Expect(tag).ToHaveTextAsync("closed");
        float slowness = await browser.RoundTripAsync();

        app.Monitor.Isolate("shop");

        await Expect(tag).ToHaveTextAsync("isolated", new() { Timeout = 1000 + (5 * slowness) });
        await Expect(browser.Page.Locator("#summary")).ToContainTextAsync("1 circuit not closed");
        await browser.ShouldBeCleanAsync();
    }

    [BrowserFact]
    [Trait("Requirement", "D3")]
    public async Task The_timeline_fills_live_with_every_retry_its_cause_and_its_delay()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"], settings: [("Retry:BaseDelay", "00:00:00.100"), ("Retry:Jitter", "0")]);
        app.Wire.OnEach(attempt => attempt.Number == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);
        await Expect(browser.Calls).ToHaveCountAsync(0);

        (await app.Client("shop").GetAsync("things/17?key=secret")).Dispose();

        await Expect(browser.Calls).ToHaveCountAsync(1);
        ILocator steps = browser.Calls.First.Locator("ol > li");
        await Expect(steps).ToHaveCountAsync(7);
        (await browser.Calls.First.Locator(".head").InnerTextAsync()).ShouldContain("GET /things/{id}");
        string[] told = [.. await steps.AllInnerTextsAsync()];
        told[0].ShouldContain("attempt 1 sent");
        told[1].ShouldContain("attempt 1: 503 after");
        told[2].ShouldContain("Retrying in 1 seconds... (Attempt 1/3) – ");
        told[^1].ShouldContain("The call succeeded.");
        await browser.ShouldBeCleanAsync();
    }

    [BrowserFact]
    public async Task Only_calls_with_something_to_tell_can_be_shown_and_the_timeline_can_be_held()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"]);
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);
        (await app.Client("shop").GetAsync("things")).Dispose();
        await Expect(browser.Calls).ToHaveCountAsync(1);

        await browser.Page.CheckAsync("#notable");
        await Expect(browser.Calls).ToHaveCountAsync(0);
        await browser.Page.UncheckAsync("#notable");
        await Expect(browser.Calls).ToHaveCountAsync(1);

        await browser.Page.ClickAsync("#pause");
        (await app.Client("shop").GetAsync("things")).Dispose();
        await Expect(browser.Page.Locator("[data-client=shop] .facts")).ToContainTextAsync("calls2");
        await Expect(browser.Calls).ToHaveCountAsync(1);
        await browser.Page.ClickAsync("#pause");
        await Expect(browser.Calls).ToHaveCountAsync(2);
    }

    [BrowserFact]
    public async Task Markup_in_a_name_or_a_url_stays_text()
    {
        const string Name = "<img src=x onerror=alert(1)><script>document.title='owned'</script>";
        await using StatusApp app = await StatusApp.StartAsync([Name], map: web => web.MapResilienceStatus());
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);
        HttpClient client = app.Client(Name);

        (await client.GetAsync(new Uri("https://shop.example/<script>document.title='owned'</script>"))).Dispose();

        await Expect(browser.Page.Locator("#clients h3")).ToHaveTextAsync(Name);
        await Expect(browser.Calls).ToHaveCountAsync(1);
        await Expect(browser.Calls.First).ToContainTextAsync(Name);
        (await browser.Page.TitleAsync()).ShouldBe("Resilience");
        (await browser.Page.Locator("main img, main script").CountAsync()).ShouldBe(0);
        await browser.ShouldBeCleanAsync();
    }

    [BrowserFact]
    public async Task Is_dark_where_the_person_wants_it_dark()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"]);
        await using StatusBrowser light = await chromium.OpenAsync(app.Address, ColorScheme.Light);
        await using StatusBrowser dark = await chromium.OpenAsync(app.Address, ColorScheme.Dark);

        (await BrightnessAsync(light)).ShouldBeGreaterThan(200);
        (await BrightnessAsync(dark)).ShouldBeLessThan(40);
        await dark.ShouldBeCleanAsync();
    }

    [BrowserFact]
    public async Task Fits_a_telephone_with_long_names_and_a_full_timeline()
    {
        string[] names = [.. Six, "a-client-with-a-name-that-is-longer-than-any-telephone-is-wide-and-has-no-blank"];
        await using StatusApp app = await StatusApp.StartAsync(names, settings: [("Retry:BaseDelay", "00:00:00.010"), ("Retry:MaxRetries", "1")]);
        app.Wire.OnEach(attempt => attempt.Number % 2 == 0 ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address, ColorScheme.Dark, width: 360);
        foreach (string client in names)
        {
            (await app.Client(client).GetAsync("a-path-that-is-longer-than-any-telephone/with/many/parts/and-no-blank")).Dispose();
        }

        await Expect(browser.Calls).ToHaveCountAsync(names.Length);
        await browser.ShouldBeCleanAsync();
    }

    [BrowserFact]
    public async Task Can_be_used_with_the_keyboard_alone()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"]);
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);
        List<string> reached = [];

        for (int i = 0; i < 4; i++)
        {
            await browser.Page.Keyboard.PressAsync("Tab");
            reached.Add(await browser.Page.EvaluateAsync<string>("() => document.activeElement.id || document.activeElement.className"));
        }

        reached.ShouldBe(["skip", "filter", "notable", "pause"]);
        await browser.Page.Keyboard.PressAsync("Space");
        await Expect(browser.Page.Locator("#pause")).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [BrowserFact]
    public async Task A_circuit_is_isolated_and_reset_by_hand_where_that_is_allowed()
    {
        await using StatusApp app = await StatusApp.StartAsync(
            ["shop"], map: web => web.MapResilienceStatus(configure: o => o.AllowActions = true), services: services => services.AddAntiforgery());
        (await app.Client("shop").GetAsync("things")).Dispose();
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);
        browser.Page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        ILocator act = browser.Page.Locator("[data-client=shop] .row button");

        await act.ClickAsync();
        await Expect(act).ToHaveTextAsync("Reset");
        app.Monitor.OpenCircuits.Single().State.ShouldBe(CircuitState.Isolated);

        await act.ClickAsync();
        await Expect(act).ToHaveTextAsync("Isolate");
        app.Monitor.OpenCircuits.ShouldBeEmpty();
        await browser.ShouldBeCleanAsync();
    }

    [BrowserFact]
    public async Task Without_that_permission_there_is_nothing_to_press()
    {
        await using StatusApp app = await StatusApp.StartAsync(["shop"]);
        (await app.Client("shop").GetAsync("things")).Dispose();
        await using StatusBrowser browser = await chromium.OpenAsync(app.Address);

        await Expect(browser.Page.Locator("[data-client=shop] .row")).ToHaveCountAsync(1);
        await Expect(browser.Page.Locator("[data-client=shop] .row button")).ToHaveCountAsync(0);
    }

    private static async Task<int> SecondsAsync(ILocator gate) =>
        int.Parse(Regex.Match(await gate.InnerTextAsync(), "in (\\d+) s").Groups[1].Value, CultureInfo.InvariantCulture);

    private static async Task<double> BrightnessAsync(StatusBrowser browser)
    {
        string color = await browser.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
        return Regex.Matches(color, "\\d+").Average(part => int.Parse(part.Value, CultureInfo.InvariantCulture));
    }
}
