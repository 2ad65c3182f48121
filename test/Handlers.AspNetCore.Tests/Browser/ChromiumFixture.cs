using Microsoft.Playwright;

namespace Handlers.AspNetCore.Tests.Browser;

/// <summary>One browser for all tests; a fresh profile for each.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Path is { } path)
        {
            Assertions.SetDefaultExpectTimeout(20_000);
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    internal async Task<StatusBrowser> OpenAsync(Uri address, ColorScheme scheme = ColorScheme.Light, int width = 1280)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
        return await StatusBrowser.OpenAsync(context, new Uri(address, "/resilience"));
    }
}
