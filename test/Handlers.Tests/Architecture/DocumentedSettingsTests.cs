using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Handlers.Tests.Architecture;

/// <summary>Settings in documents are settings that an app starts with.</summary>
public sealed partial class DocumentedSettingsTests
{
    public static TheoryData<string, string> Blocks
    {
        get
        {
            var blocks = new TheoryData<string, string>();
            string root = DependencyTests.RepositoryRoot();
            foreach (string document in Documents.In(root))
            {
                foreach (Match block in JsonBlock.Matches(File.ReadAllText(document)))
                {
                    if (block.Groups["json"].Value.Contains("\"ResilienceHandlers\"", StringComparison.Ordinal))
                    {
                        blocks.Add(Path.GetRelativePath(root, document), block.Groups["json"].Value);
                    }
                }
            }

            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task An_app_starts_with_them(string document, string json)
    {
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(null);
        app.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        foreach (IConfigurationSection client in app.Configuration.GetSection("ResilienceHandlers:Clients").GetChildren())
        {
            app.Services.AddHttpClient(client.Key).AddResilienceHandlers();
        }

        using IHost host = app.Build();

        await Should.NotThrowAsync(() => host.StartAsync(), document);
        await host.StopAsync();
    }

    [GeneratedRegex("```json\\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex JsonBlock { get; }
}
