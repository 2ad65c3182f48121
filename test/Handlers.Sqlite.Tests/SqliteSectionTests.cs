using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Handlers.Sqlite.Tests;

public sealed class SqliteSectionTests : IDisposable
{
    private readonly TemporaryFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("Pth", "x.db", "ResilienceHandlers:Sqlite:Pth = \"x.db\" is unknown; remove it, or use one of Path, Idempotency, SeenItems.")]
    [InlineData("Idempotency", "yes", "ResilienceHandlers:Sqlite:Idempotency = \"yes\" is not a switch; write \"true\" or \"false\".")]
    [InlineData("Path", " ", "ResilienceHandlers:Sqlite:Path is empty; remove the key for \"handlers.db\", or name a file.")]
    public async Task A_wrong_setting_stops_the_host(string key, string value, string message)
    {
        using IHost host = HostWith((key, value));

        InvalidOperationException failure = await Should.ThrowAsync<InvalidOperationException>(host.StartAsync());

        failure.Message.ShouldBe(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void A_path_without_a_name_given_in_code_is_an_error(string path)
    {
        using ServiceProvider services = new ServiceCollection().AddSqliteStore(options => options.Path = path).BuildServiceProvider();

        Should.Throw<InvalidOperationException>(() => services.GetRequiredService<ISeenItems>()).Message.ShouldStartWith("SqliteStoreOptions.Path is empty; ");
    }

    [Fact]
    public async Task Settings_are_what_the_configuration_says_whatever_the_case_of_the_key()
    {
        using IHost host = HostWith(("PATH", _file.Path), ("seenItems", "False"));

        await host.StartAsync();

        ISeenItems seen = host.Services.GetRequiredService<ISeenItems>();
        (await seen.AddAsync("people", "a@b.example")).ShouldBeTrue();
        (await seen.AddAsync("people", "a@b.example")).ShouldBeTrue();
        host.Services.GetRequiredService<SqliteStoreOptions>().Path.ShouldBe(_file.Path);
    }

    [Fact]
    public void Code_wins_wherever_it_is_said_and_the_last_word_holds()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder()
                .AddInMemoryCollection([new("ResilienceHandlers:Sqlite:Path", "section.db"), new("ResilienceHandlers:Sqlite:SeenItems", "false")])
                .Build())
            .Configure<SqliteStoreOptions>(options => options.Path = "first.db")
            .AddSqliteStore(options => options.Path = "second.db")
            .AddSqliteStore(options => options.Idempotency = false)
            .PostConfigure<SqliteStoreOptions>(options => options.Path += "3")
            .BuildServiceProvider();

        SqliteStoreOptions used = services.GetRequiredService<SqliteStoreOptions>();

        (used.Path, used.Idempotency, used.SeenItems).ShouldBe(("second.db3", false, false));
    }

    [Fact]
    public void A_file_of_somebody_else_is_left_alone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file.Path)!);
        File.WriteAllText(_file.Path, "these are my notes, and no database at all");
        using var seen = new SqliteSeenItems(_file.Path);

        InvalidOperationException failure = Should.Throw<InvalidOperationException>(() => seen.AddAsync("people", "a@b.example").AsTask());

        failure.Message.ShouldContain(_file.Path);
        failure.Message.ShouldContain("correct ResilienceHandlers:Sqlite:Path, or move the file away");
        File.ReadAllText(_file.Path).ShouldStartWith("these are my notes");
    }

    private static IHost HostWith(params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"ResilienceHandlers:Sqlite:{setting.Key}", (string?)setting.Value)));
        builder.Services.AddSqliteStore().AddHttpClient("api").AddResilienceHandlers();
        return builder.Build();
    }
}
