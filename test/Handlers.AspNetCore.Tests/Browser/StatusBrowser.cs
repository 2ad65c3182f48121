using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Handlers.AspNetCore.Tests.Browser;

/// <summary>The status page in a browser, watched for what must not happen: a complaint on the console, a request to another host, a page too wide.</summary>
internal sealed class StatusBrowser : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private StatusBrowser(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    public ILocator Clients => Page.Locator("#clients > .card");

    public ILocator Calls => Page.Locator("#timeline > li");

    public static async Task<StatusBrowser> OpenAsync(IBrowserContext context, Uri address)
    {
        IPage page = await context.NewPageAsync();
        var browser = new StatusBrowser(context, page);
        page.Console += (_, message) => browser.Complain(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => browser.Complain(true, $"script: {error}");
        page.Request += (_, request) => browser.Complain(
            !request.Url.StartsWith("data:", StringComparison.Ordinal) && new Uri(request.Url).Authority != address.Authority, $"request: {request.Url}");
        await page.GotoAsync(address.ToString());
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        return browser;
    }

    /// <summary>Milliseconds that the page needs to ask the app for something: some on an idle machine; on a busy one all that it does takes longer.</summary>
    public Task<float> RoundTripAsync() => Page.EvaluateAsync<float>(
        "async () => { const start = performance.now(); await (await fetch('/resilience/snapshot')).json(); return performance.now() - start; }");

    /// <summary>Nothing that must not happen has happened.</summary>
    public async Task ShouldBeCleanAsync([CallerMemberName] string picture = "")
    {
        int[] widths = await Page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, window.innerWidth]");
        widths[0].ShouldBeLessThanOrEqualTo(widths[1]);
        await Page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", picture + ".png"), FullPage = true });
        lock (_complaints)
        {
            _complaints.ShouldBeEmpty();
        }
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Complain(bool when, string about)
    {
        if (when)
        {
            lock (_complaints)
            {
                _complaints.Add(about);
            }
        }
    }
}
