using Collector;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// Collects the people of a few repositories, twice, and stores each person once: the second run knows from the file who was seen.
await using GitHubPeople github = await GitHubPeople.StartAsync();
DirectoryInfo folder = Directory.CreateTempSubdirectory("collector-");
try
{
    int[] stored = [await CollectAsync(), await CollectAsync()];
    Console.WriteLine($"stored {stored[0]} people, then {stored[1]} more; GitHub answered {github.Answered} times and was asked too early {github.Early} times");
    return stored is [GitHubPeople.Count, 0] && github.Early == 0 ? 0 : 1;
}
finally
{
    folder.Delete(recursive: true);
}

async Task<int> CollectAsync()
{
    HostApplicationBuilder app = Host.CreateApplicationBuilder(args);
    app.Logging.SetMinimumLevel(LogLevel.Warning);
    app.Services.AddSqliteStore(options => options.Path = Path.Combine(folder.FullName, "collector.db"));
    app.Services.AddHttpClient(People.Client, http => http.BaseAddress = github.Address).AddResilienceHandlers();
    app.Services.AddSingleton<People>();
    using IHost host = app.Build();
    return await host.Services.GetRequiredService<People>().CollectAsync(["dotnet/runtime", "dotnet/aspnetcore", "App-vNext/Polly"], CancellationToken.None);
}
